// The real Stremio client, for one manifest: reads questions from stdin, writes answers to stdout.
//
//   NODE_PATH=…/node_modules node client.cjs MANIFEST_URL < [["catalog", "movie", "id", {…}], …]
//
// The answer is {lint, manifest, supported: [bool, …], answers: [{ok} | {error}, …]}.
const client = require("stremio-addon-client");
const linter = require("stremio-addon-linter");

async function main(url, questions) {
  const { addon } = await client.detectFromURL(url);
  const lint = linter.lintManifest(addon.manifest);
  const answers = [];
  for (const question of questions) {
    try {
      answers.push({ ok: await addon.get(...question) });
    } catch (error) {
      answers.push({ error: String(error && error.message ? error.message : error) });
    }
  }
  const supported = questions.map(([resource, type, id]) => addon.isSupported(resource, type, id));
  return {
    lint: {
      valid: lint.valid,
      errors: lint.errors.map(String),
      warnings: lint.warnings.map(String),
    },
    manifest: addon.manifest,
    supported,
    answers,
  };
}

let input = "";
process.stdin.on("data", (chunk) => (input += chunk));
process.stdin.on("end", () => {
  main(process.argv[2], JSON.parse(input)).then(
    (found) => process.stdout.write(JSON.stringify(found)),
    (error) => {
      process.stderr.write(`${error && error.message ? error.message : JSON.stringify(error)}\n`);
      process.exitCode = 1;
    },
  );
});
