// node provider.mjs FOLDER PORT: an OpenID provider with the clients and the keys that stand in files of FOLDER.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Provider from 'oidc-provider';

const [folder, port] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const clients = new Map(read('clients.json').map((client) => [client.id, client]));
const keys = read('keys.json');
const [signing] = keys;

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys },
  clients: [...clients.values()].map(({ id, secret }) => ({
    client_id: id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  clientDefaults: { id_token_signed_response_alg: signing.alg },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://tiendo.example',
      getResourceServerInfo: (_context, _resource, { clientId }) => ({
        audience: clients.get(clientId).audience,
        scope: '',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 24 * 3600,
        jwt: { sign: { alg: signing.alg, kid: signing.kid } },
      }),
    },
  },
  extraTokenClaims: (_context, { clientId }) => clients.get(clientId).claims,
  formats: {
    customizers: {
      // As if it had been signed so many seconds earlier.
      jwt: (_context, { clientId }, { payload }) => {
        payload.iat -= clients.get(clientId).age;
        payload.exp -= clients.get(clientId).age;
      },
    },
  },
});
provider.listen(Number(port), '127.0.0.1');
