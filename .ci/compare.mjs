// Compare openapi.yaml with that of the last release, which is the newest tag v1.2.3, and fail where clients of that
// one would break: node .ci/compare.mjs, or with two files, the older one first. With --all as the first argument it
// prints what else differs, too, and does not fail.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { apiCompare } from "api-smart-diff";
import { load } from "js-yaml";

const git = (...command) => execFileSync("git", command, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** Return the tag of the last release; null where there is none. */
function lastRelease() {
  try {
    return git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").trim();
  } catch {
    return null;
  }
}

/**
 * Read a contract so that the tool finds its way in it: with parameters and answers where they are referred to, and
 * with the members of an `allOf` in one object, since it does not matter which part of it a member stands in.
 */
function read(text) {
  const contract = load(text);
  const { parameters, responses, schemas } = contract.components;
  const named = (part, among) => (part.$ref ? among[part.$ref.split("/").pop()] : part);
  const flat = (schema) => {
    const parts = schema.allOf?.map((part) => flat(named(part, schemas)));
    if (!parts?.every((part) => part.properties)) return schema;
    const { allOf, ...rest } = schema;
    const all = [...parts, rest];
    const properties = Object.assign({}, ...all.map((part) => part.properties));
    return { ...Object.assign({}, ...all), properties, required: all.flatMap((part) => part.required ?? []) };
  };
  for (const name in schemas) schemas[name] = flat(schemas[name]);
  for (const operation of Object.values(contract.paths).flatMap(Object.values)) {
    operation.parameters = operation.parameters?.map((one) => named(one, parameters)) ?? [];
    for (const status in operation.responses) operation.responses[status] = named(operation.responses[status], responses);
  }
  return contract;
}

const types = (value) => [value].flat().flatMap((type) => (type === "number" ? ["number", "integer"] : type));

/** Tell whether a client of the older contract may break by a difference. */
function breaks({ action, path, before, after, type }) {
  if (path[0] === "components") return path[1] === "schemas" && path.length === 3 && action === "remove"; // a generated type
  if (path[0] !== "paths") return false;
  if (path.at(-1) === "operationId") return true; // the name of a generated function
  // These two the tool takes for harmless: another type in an answer, and a member that a body no longer may have.
  if (path.at(-1) === "type" && action === "replace") {
    const [sent, read] = path[3] === "responses" ? [after, before] : [before, after];
    return types(sent).some((one) => !types(read).includes(one));
  }
  return type === "breaking" || (path.at(-2) === "properties" && action === "remove");
}

/** Tell whether a difference is one of words alone. */
const isWording = ({ path, type }) => type === "annotation" || path.some((part) => ["description", "example", "examples"].includes(part));

/** Say what differs, each thing once with the first place and how many others it differs in. */
function told(differences) {
  const places = {};
  for (const { action, path, before, after } of differences) {
    const what = after ?? before;
    const name = typeof what === "object" ? what?.name : what;
    const place = `  ${action} ${path.join("/").replace("paths//", "/")}${name === undefined ? "" : ` (${name})`}`;
    (places[`${action} ${path.slice(-2)} ${name}`] ??= []).push(place);
  }
  const more = (others) => (others.length ? `, and so in ${others.length} other places` : "");
  return Object.values(places).map(([first, ...others]) => first + more(others));
}

const all = process.argv[2] === "--all";
const files = process.argv.slice(all ? 3 : 2);
const release = files[0] ?? lastRelease();
if (release === null) {
  console.log("Nothing is released yet that the contract could break: no tag v1.2.3 is found.");
} else {
  const before = files.length ? readFileSync(release, "utf8") : git("show", `${release}:openapi.yaml`);
  const { diffs } = apiCompare(read(before), read(readFileSync(files[1] ?? "openapi.yaml", "utf8")));
  const broken = told(diffs.filter(breaks));
  console.log(broken.length ? `Clients of ${release} would break:\n${broken.join("\n")}` : `No client of ${release} breaks.`);
  if (all) {
    const rest = diffs.filter((difference) => !breaks(difference));
    console.log(["What else differs:", ...told(rest.filter((difference) => !isWording(difference)))].join("\n"));
    console.log(`  and ${rest.filter(isWording).length} descriptions and examples`);
  }
  process.exitCode = broken.length && !all ? 1 : 0;
}
