// Record, search, read an exchange, page, import and poll changes by the generated types, without a cast.
// Arguments: the address of a server over an empty registry, and an admin key.

import createClient from "openapi-fetch";
import type { components, paths } from "./contract.js";

type Schemas = components["schemas"];

declare const process: { argv: string[] };

const [, , address, key] = process.argv;
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });

const url = "https://example.org/visit";
const text = "Officials warned that the exports sustain the war, a charge Beijing denies.";

function given<Answer>(answer: { data?: Answer; error?: Schemas["Problem"] }): Answer {
  if (answer.data === undefined) throw new Error(answer.error?.detail ?? "There is no answer.");
  return answer.data;
}

function same(found: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${left} is not ${right}`);
}

async function recorded(body: Schemas["NewStatement"]): Promise<Schemas["Statement"]> {
  return given(await client.POST("/v1/statements", { body }));
}

const charged = await recorded({
  speaker: { name: "Officials", kind: "group" },
  document: { text, language: "en", url },
  cue: { text: "warned" },
  content: [{ text: "the exports sustain the war" }],
  form: "indirect",
  said_on: "2026-03",
  claim: { text: "The exports sustain the war.", language: "en" },
});
const denied = await recorded({
  speaker: { name: "Government of China", aliases: ["Beijing"] },
  document: { url },
  mention: { text: "Beijing" },
  content: [{ text: "a charge Beijing denies" }],
  form: charged.form,
  claim: { text: "The exports do not sustain the war.", language: "en" },
  counters: [{ target: charged.id, kind: "denies" }],
});
const day: string | null = charged.said_on;
const printed: string | null = charged.document.url;
same([charged.cue?.text, day, printed], ["warned", "2026-03", url]);
same(denied.counters[0]?.claim.statements[0]?.speaker.kind, "group");

const refused = await client.POST("/v1/statements", {
  body: {
    speaker: { name: "Officials" },
    document: { url },
    content: [{ start: 30, end: 999_999 }],
    form: "direct",
    claim: { text: "The exports rose.", language: "en" },
  },
});
same([refused.error?.status, refused.error?.errors[0]?.pointer], [409, "/content/0/end"]);

const found = given(
  await client.GET("/v1/claims", { params: { query: { q: "exports sustain", sort: "relevance" } } }),
);
same(found.items.map((claim) => claim.id).includes(charged.claim.id), true);
const brief = found.items.find((item) => item.id === charged.claim.id);
same([brief?.disputed, brief?.answer_counts.denies, brief?.counterclaim_count], [true, 1, 1]);
const said: string | undefined = brief?.first_statement?.speaker.name;
same([said, brief?.statements?.length ?? null], ["Officials", null]);
const path = { id: charged.claim.id };
const claim = given(await client.GET("/v1/claims/{id}", { params: { path } }));
const kinds: Schemas["CounterclaimKind"][] = claim.counterclaims.map((one) => one.kind);
same(kinds, ["denies"]);
const ends = claim.counterclaims.map((one) => [one.claim.id, one.answer.id]);
same(ends, [[claim.id, denied.claim.id]]);
// What `fields` leaves out, the types of a client expect: such an answer is read as JSON.
const asked = await fetch(`${address}/v1/claims/${claim.id}?fields=id,text`);
same(await asked.json(), { id: claim.id, text: claim.text });
const exchange = given(await client.GET("/v1/claims/{id}/exchange", { params: { path } }));
const told: string[] = exchange.events.flatMap((event) => (event.statement ? [event.statement.speaker.name] : []));
same(told, ["Officials", "Government of China"]);

const lines = [0, 1, 2].map((n) => ({ topic: { slug: `topic-${n}`, label: `Topic ${n}` } }));
const imported = await client.POST("/v1/imports", {
  body: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  bodySerializer: (body) => body,
  headers: { "Content-Type": "application/x-ndjson" },
});
const report = given(imported);
same([report.new, report.refused, report.listed], [3, 0, []]);
const listed: Schemas["ImportLines"] = {
  lines: [
    { topic: { slug: "topic-0", label: "Topic 0" } },
    { claim: { id: "c1", text: "The exports fell.", language: "en", topics: ["topic-0"] } },
    { counterclaim: { claim: { claim: "c1" }, answer: { claim: "c2" }, kind: "denies" } },
  ],
};
const again = given(await client.POST("/v1/imports", { body: listed }));
same([again.known, again.noted, again.listed.map((line) => line.line)], [1, 1, [3]]);

const read: number[] = [];
for (let cursor: string | undefined; ; ) {
  const page: Schemas["TopicPage"] = given(await client.GET("/v1/topics", { params: { query: { limit: 2, cursor } } }));
  read.push(...page.items.map((item) => item.id));
  if (page.next === null) break;
  cursor = page.next;
}
same(new Set(read).size, 3);

const changes = given(await client.GET("/v1/changes", { params: { query: { noun: ["counterclaims"] } } }));
same(changes.items.map((line) => [line.action, line.noun, line.after?.["kind"]]), [["create", "counterclaims", "denies"]]);
