/**
 * How many octets of the JavaScript heap an answer costs, by kind of query: none, or the garbage collector would stop a thread in the middle of
 * the load. In one thread, without sockets, from dist/.
 *
 * usage: node --expose-gc bench/allocations.mjs [--queries 200000] [--leak]     prints one JSON object: octets per query by kind
 *
 * `--leak` makes one small object per query: what this must not overlook.
 */
import { parseArgs } from "node:util";
import { parseQueries } from "./queries.mjs";

const { values } = parseArgs({
  options: {
    queries: { type: "string", default: "200000" },
    leak: { type: "boolean", default: false },
  },
});

/** Queries between two looks at the heap. What queries leave is there every time, what the compiler allocates only sometimes: the least counts. */
const SLICE = 20_000;
/** Until everything is compiled. */
const WARMUP = 200_000;

const ZONE = `
zone: example.com.
soa: { mname: ns1.example.com., rname: hostmaster.example.com., serial: 7 }
ttl: 60
datacenters: { one: {}, two: {} }
pools:
  one: { values: [{ value: 192.0.2.1, dc: one }, { value: 192.0.2.2, dc: one }] }
  two: { values: [{ value: 192.0.2.3, dc: two, weight: 3 }, { value: 192.0.2.4, dc: two }] }
  near: { policy: sticky, values: [{ value: 192.0.2.5 }, { value: 192.0.2.6 }, { value: 192.0.2.7 }] }
records:
  "": { type: NS, values: [ns1.example.com.] }
  ns1: { type: [A, AAAA], values: [192.0.2.53, "2001:db8::53"] }
  rr: { type: A, values: [192.0.2.10, 192.0.2.11, 192.0.2.12] }
  mail: { type: MX, values: [10 ns1.example.com.] }
  text: { type: TXT, value: some text }
  alias: { type: CNAME, value: rr.example.com. }
  "*.wild": { type: A, value: 192.0.2.9 }
  moved: { type: DNAME, value: wild.example.com. }
  sub: { type: NS, values: [ns.sub.example.com.] }
  ns.sub: { type: A, value: 192.0.2.60 }
  also: { type: ALIAS, value: www.example.com. }
  www:
    type: A
    dynamic:
      rules:
        - { subnets: [10.0.0.0/8, 203.0.113.0/24], pool: one }
        - { subnets: ["2001:db8:200::/40"], pool: two }
        - { pool: two }
  sticky: { type: A, dynamic: { rules: [{ pool: near }] } }
`;

const QUERIES = {
  address: ["rr A", "rr A +edns", "rr A +do", "RR A"],
  alias: ["alias A", "alias A +edns", "moved.x A"],
  synthesized: ["a.wild A", "b.moved A +edns"],
  additional: ["mail MX +edns", "text TXT"],
  negative: ["no A", "a.b.no A +edns", "text AAAA +do"],
  referral: ["www.sub A", "sub TYPE43 +edns"],
  steered: [
    "www A",
    "www A +subnet=10.1.2.0/24",
    "www A +subnet=203.0.113.0/24",
    "also A +subnet=203.0.113.128/25",
  ],
  steered6: ["www A +subnet=2001:db8:200::/48", "www A +subnet=2001:db8:f00::/56"],
  sticky: ["sticky A", "sticky A +subnet=198.51.100.0/24", "sticky A +subnet=2001:db8:ffff::/48"],
  refused: ["www.example.org. A", "www.example.org. A +edns"],
  any: ["rr ANY +edns", "www ANY"],
};

const batches = Object.entries(QUERIES).map(([kind, lines]) => {
  const text = lines.map((line) => {
    const [name, ...rest] = line.split(" ");
    return [name.endsWith(".") ? name : `${name}.example.com.`, ...rest].join(" ");
  });
  return [kind, parseQueries(text.join("\n"))];
});
batches.push(["cookie", batches[0][1].slice(1, 3).map(addCookie)]);
batches.push(["malformed", batches[0][1].map((query) => query.subarray(0, query.length - 3))]);

const ask = await createResponder();
const queries = Number(values.queries);
const leaked = { last: undefined };
const report = {};
for (const [, messages] of batches) run(messages, WARMUP);
for (const [kind, messages] of batches) report[kind] = countOctets(messages);
console.log(JSON.stringify(report));

/** Adds a client cookie (RFC 7873 §4.1) to a query with an OPT record that is empty. */
function addCookie(query) {
  const length = query.length;
  const longer = Uint8Array.from([...query, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
  longer[length - 1] = 12;
  return longer;
}

function countOctets(messages) {
  const slices = [];
  for (let asked = 0; asked < queries; asked += SLICE) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    run(messages, SLICE);
    slices.push((process.memoryUsage().heapUsed - before) / SLICE);
  }
  return Number(Math.min(...slices).toFixed(2));
}

function run(messages, count) {
  for (let asked = 0, next = 0; asked < count; asked++) {
    // By number: an iterator makes an object per step until the last of the compilers has been here.
    ask(messages[next]);
    next = (next + 1) % messages.length;
    if (values.leak) leaked.last = { asked };
  }
}

/** Answers as a thread on the fast path does: in place, with its counters in shared memory. */
async function createResponder() {
  const load = (module) => import(new URL(`../dist/${module}.js`, import.meta.url).href);
  const { DEFAULT_ANSWER_SETTINGS } = await load("answer/answer-settings");
  const { createContext } = await load("answer/context");
  const { COOKIE_SECRET_OCTETS, createCookieSecrets } = await load("answer/cookie-secrets");
  const { COUNTER_SLOTS } = await load("answer/counters");
  const { RATE_TABLE_OCTETS } = await load("answer/rate-limiter");
  const { respond } = await load("answer/respond");
  const { ControlPlane } = await load("control/control-plane");
  const { SteeringMemory } = await load("control/memory");
  const { combineDatabases } = await load("geo/combine-databases");
  const { Serving } = await load("image/serving");
  const { prepareZone } = await load("loader/prepare-zone");
  const { silentLog } = await load("log/log");
  const { loadZone } = await load("zone/load-zone");

  const { compileWhole } = await load("server/compile-whole");

  compileWhole();
  const { zone, issues } = loadZone(ZONE, { file: "example.com.yaml", changedAt: 1 });
  if (zone === undefined) throw new Error(JSON.stringify(issues));
  const rateLimit = {
    rates: [1e6, 1e6, 1e6, 1e6, 1e6],
    windowSeconds: 15,
    slip: 2,
    prefix4: 24,
    prefix6: 56,
    exempt: [],
    isLogOnly: true,
    key: [1, 2],
    table: new SharedArrayBuffer(RATE_TABLE_OCTETS),
  };
  const secrets = createCookieSecrets([new Uint8Array(COOKIE_SECRET_OCTETS).fill(7)]);
  const cookies = { secrets, isRequired: false, limitWithout: 1232 };
  const counters = new Uint32Array(new SharedArrayBuffer(4 * COUNTER_SLOTS));
  const context = createContext(counters, {
    ...DEFAULT_ANSWER_SETTINGS,
    rateLimit,
    cookies,
  });
  const serving = new Serving();
  const clock = { now: () => 0, schedule: () => () => {} };
  const plane = new ControlPlane({
    log: silentLog,
    clock,
    memory: new SteeringMemory({ log: silentLog, onChange: () => {} }),
    publish: (publication) => serving.apply(publication),
  });
  plane.serve([prepareZone(zone, combineDatabases([]), 0)]);
  context.rotation = new Uint32Array(new SharedArrayBuffer(4 * serving.rotationSlots));
  // As large an address as there is: 32 bits do not fit a small integer.
  context.source.set([203, 0, 113, 255]);
  const message = new Uint8Array(4096);
  const now = 1234.5;
  return (query) => {
    for (let i = 0; i < query.length; i++) message[i] = query[i];
    return respond(message, query.length, context, serving, now, message);
  };
}
