// Faults of AsyncAPI documents, by the parser of AsyncAPI itself. Arguments: file...
const { readFileSync } = require("fs");
const { Parser } = require("@asyncapi/parser");

async function main() {
  const faults = [];
  for (const file of process.argv.slice(2)) {
    const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
    const errors = diagnostics.filter((one) => one.severity === 0).map((one) => `${file}: ${one.path.join("/")}: ${one.message}`);
    faults.push(...errors);
    if (!document && !errors.length) faults.push(`${file}: not read`);
  }
  console.log(JSON.stringify({ faults }));
}

main();
