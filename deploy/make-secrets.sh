#!/bin/sh
# Make what docker-compose.yml needs of secrets, each in a file of its own: random passwords, an authority with a
# certificate each for Kafka and PostgreSQL, and the keys that services sign their events with (for 400 days; further
# ones by `tiendo event-keys new`). What is there already stays. Needs openssl.
#   sh deploy/make-secrets.sh [folder]        # deploy/secrets
# The containers read them as members of the group SECRETS_GROUP: 65532 unless deploy/.env says another.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
group="${SECRETS_GROUP:-65532}"
umask 077
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

password() {
  [ -s "$folder/$1" ] || openssl rand -hex 24 | tr -d '\n' > "$folder/$1"
}

certificate() {  # name of the host; writes its key and chain, and who signed it
  [ -s "$folder/$1.pem" ] && return
  cat > "$work/openssl.cnf" <<CNF
[req]
distinguished_name = name
prompt = no
[name]
CN = Tien Do, $1
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:$1, DNS:localhost, IP:127.0.0.1
CNF
  new="-config $work/openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
  {
    openssl req -x509 $new -extensions authority -days 3650 -keyout "$work/ca.key" -out "$work/ca.pem" &&
      openssl req $new -subj "/CN=$1" -keyout "$work/server.key" -out "$work/server.csr" &&
      openssl x509 -req -in "$work/server.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 825 \
        -extfile "$work/openssl.cnf" -extensions server -out "$work/server.crt"
  } 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
  # The authority's key is forgotten: a new certificate comes with a new authority.
  cat "$work/ca.pem" > "$folder/$1-ca.pem"
  cat "$work/server.key" "$work/server.crt" "$work/ca.pem" > "$folder/$1.pem"
}

base64url() {
  openssl base64 -A | tr '+/' '-_' | tr -d '='
}

event_keys() {  # of the services named; one private key each, their public halves as a JWK set (RFC 8037)
  [ -s "$folder/event-keys.json" ] && return
  begins=$(($(date +%s) - 7 * 86400)) separator=''  # what waits in an outbox is signed, too
  {
    printf '{"keys": ['
    for service in "$@"; do
      key="$folder/$service-event-key.pem"
      [ -s "$key" ] || openssl genpkey -algorithm ed25519 -out "$key"
      # The raw key is the end of its DER form; its id the first 8 bytes of the SHA-256.
      openssl pkey -in "$key" -pubout -outform DER | tail -c 32 > "$work/public"
      id=$(openssl dgst -sha256 -r "$work/public" | cut -c 1-16)
      printf '%s\n {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "x": "%s", "kid": "%s",' \
        "$separator" "$(base64url < "$work/public")" "$id"
      printf ' "source": "/%s", "nbf": %d, "exp": %d}' "$service" "$begins" $((begins + 407 * 86400))
      separator=','
    done
    printf '\n]}\n'
  } > "$work/event-keys.json"
  mv "$work/event-keys.json" "$folder/event-keys.json"
}

password postgres
password kafka-admin
password pseudonym-key  # another one would give everybody another pseudonym
for service in submissions aggregation notifications audit; do
  password "$service-db"
  password "$service-owner-db"
  password "$service-kafka"
done
event_keys submissions aggregation notifications audit
certificate kafka
certificate postgres
# The mail server's password is nobody's to invent: empty until somebody writes it in.
[ -e "$folder/smtp-password" ] || : > "$folder/smtp-password"

chgrp "$group" "$folder"/* || {
  echo "Only root gives files to group $group: use sudo, or set SECRETS_GROUP to a group of yours, also in deploy/.env" >&2
  exit 1
}
chmod 0700 "$folder"
chmod 0640 "$folder"/*
chmod 0444 "$folder"/*-ca.pem
