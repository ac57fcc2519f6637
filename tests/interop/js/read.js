// Reads every topic from its beginning with kafkajs and the official CloudEvents SDK, until nothing comes for three
// seconds; validates each event against the schema that its dataschema serves, with ajv.
// Arguments: bootstrap server, topic...
const { Kafka, logLevel } = require("kafkajs");
const { Kafka: Binding } = require("cloudevents");
const Ajv = require("ajv/dist/2020");
const formats = require("ajv-formats");

const [bootstrap, ...topics] = process.argv.slice(2);
const ajv = new Ajv({ strict: false });
formats(ajv);
const validators = new Map();
const faults = [];
let delivered = 0;

async function validatorOf(address) {
  if (!validators.has(address)) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    const schema = await answer.json();
    if (schema.$id !== address) throw new Error(`${address} is called ${schema.$id}`);
    validators.set(address, ajv.compile(schema));
  }
  return validators.get(address);
}

async function take({ key, value, timestamp, headers }) {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.toString()]));
  const event = Binding.toEvent({ key, value, timestamp, headers: texts, body: value });
  event.validate();
  const validate = await validatorOf(event.dataschema);
  if (!validate(event.data)) faults.push(`${event.id} ${event.type}: ${ajv.errorsText(validate.errors)}`);
}

async function main() {
  const consumer = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).consumer({
    groupId: `interop-js-${Date.now()}`,
  });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  let last = Date.now() + 30000; // to join the group
  await consumer.run({
    eachMessage: async ({ message }) => {
      delivered += 1;
      await take(message).catch((error) => faults.push(String(error.message || error)));
      last = Date.now();
    },
  });
  while (Date.now() - last < 3000) await new Promise((resolve) => setTimeout(resolve, 200));
  await consumer.disconnect();
  console.log(JSON.stringify({ delivered, faults }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
