/** What the servers are asked: query lists, and what a right answer to them looks like. */
import { listOrigins, listSubnets, ORIGIN } from "./zone.mjs";

/** Distinct names that a list spread over many asks for: more than any cache of a processor holds the records of. */
const SPREAD = 20_000;

/** Client subnets from all over the address space: RFC 7871 lets anybody say where his clients are. */
const COUNTRY_SUBNETS = 2000;

/**
 * @typedef {object} Workload
 * @property {string} id
 * @property {string} title
 * @property {readonly string[]} [servers] only these are asked; all if left out
 * @property {"persistent" | "single"} [transport] over TCP: connections that last, or one per query; UDP if left out
 * @property {number} rcode of every right answer
 * @property {number} answerShare of the queries whose answer section must hold records
 * @property {string} queries
 */

/**
 * The workloads of the cost table.
 *
 * @param {import("./zone.mjs").Size} size
 * @returns {Workload[]}
 */
export function listWorkloads(size) {
  const mixed = listMixed(size);
  return [
    {
      id: "static",
      title:
        "static mix: A, 3 A, AAAA, MX, TXT, SRV, CNAME, NODATA; a third each without EDNS, with it, with DO",
      rcode: 0,
      answerShare: 7 / 8,
      queries: inEveryVariant(mixed),
    },
    {
      id: "nxdomain",
      title: "NXDOMAIN: 64 names that do not exist",
      rcode: 3,
      answerShare: 0,
      queries: inEveryVariant(Array.from({ length: 64 }, (_, index) => `x${index}.${ORIGIN} A`)),
    },
    answered("roundrobin", "plain round robin: 3 A records", inEveryVariant([`rr.${ORIGIN} A`])),
    steeredWorkload(size),
    {
      ...answered(
        "country",
        "steered by country: 2,000 client subnets all over the address space",
        listCountrySubnets()
          .map((subnet) => `country.${ORIGIN} A +subnet=${subnet}`)
          .join("\n"),
      ),
      servers: ["echo", "rondo-mmsg", "rondo-dgram"],
    },
    {
      ...answered(
        "weighted",
        "weighted 3 to 1, health-checked",
        inEveryVariant([`weighted.${ORIGIN} A`]),
      ),
      servers: ["echo", "rondo-mmsg", "rondo-dgram", "gdnsd"],
    },
    {
      ...answered(
        "sticky",
        "sticky: the client's prefix decides among 4 values",
        listSubnets(size.subnets)
          .map(({ prefix }) => `sticky.${ORIGIN} A +subnet=${prefix}`)
          .join("\n"),
      ),
      servers: ["echo", "rondo-mmsg", "rondo-dgram"],
    },
    {
      id: "tcp",
      title: "TCP: the static mix over 32 connections that last, 8 queries outstanding on each",
      transport: "persistent",
      servers: TCP_SERVERS,
      rcode: 0,
      answerShare: 7 / 8,
      queries: inEveryVariant(mixed),
    },
    {
      id: "tcp-single",
      title: "TCP: one connection per query, 32 at a time",
      transport: "single",
      servers: TCP_SERVERS,
      rcode: 0,
      answerShare: 7 / 8,
      queries: inEveryVariant(mixed),
    },
  ];
}

const TCP_SERVERS = ["echo", "rondo-mmsg", "gdnsd", "knot", "nsd", "bind", "pdns"];

/**
 * The steered name by ECS.
 *
 * @param {import("./zone.mjs").Size} size
 * @returns {Workload}
 */
export function steeredWorkload({ subnets }) {
  const queries = listSubnets(subnets).map(({ prefix }) => `gslb.${ORIGIN} A +subnet=${prefix}`);
  const title = `steered: health-checked pools by ECS, ${subnets} subnets`;
  return {
    ...answered("steered", title, queries.join("\n")),
    servers: ["echo", "rondo-mmsg", "rondo-dgram", "gdnsd"],
  };
}

/**
 * Hosts from all over one large zone.
 *
 * @param {import("./zone.mjs").Size} size
 * @returns {Workload}
 */
export function hostsWorkload({ hosts }) {
  const count = Math.min(hosts, SPREAD);
  const names = Array.from({ length: count }, (_, i) => `h${Math.floor((i * hosts) / count)}`);
  const queries = names.map((name) => `${name}.${ORIGIN} A`);
  return answered("hosts", `one of ${hosts} hosts`, queries.join("\n"));
}

/**
 * Hosts from many zones.
 *
 * @param {import("./zone.mjs").Size} size
 * @returns {Workload}
 */
export function zonesWorkload(size) {
  const origins = listOrigins(size);
  const count = Math.min(SPREAD, origins.length * 10);
  const queries = Array.from(
    { length: count },
    (_, i) => `h${i % 10}.${origins[Math.floor((i * origins.length) / count)]} A`,
  );
  return answered("zones", `a host of one of ${origins.length} zones`, queries.join("\n"));
}

function answered(id, title, queries) {
  return { id, title, rcode: 0, answerShare: 1, queries };
}

function listMixed({ hosts }) {
  const kinds = [
    "rr A",
    "six AAAA",
    "mail MX",
    "text TXT",
    "_sip._tcp SRV",
    "alias A",
    "text AAAA",
  ];
  const hostQuestions = Array.from(
    { length: 32 },
    (_, index) => `h${Math.floor((index * hosts) / 32)}.${ORIGIN} A`,
  );
  // Each of the 8 kinds is asked equally often: the single-address kind is spread over 32 names.
  return hostQuestions.flatMap((question) => [
    question,
    ...kinds.map((kind) => kind.replace(" ", `.${ORIGIN} `)),
  ]);
}

function inEveryVariant(questions) {
  const variants = ["", " +edns", " +do"];
  return questions.flatMap((question) => variants.map((flags) => `${question}${flags}`)).join("\n");
}

/** Spread evenly by the golden ratio, the same in every run; 1.0.0.0 to 223.255.255.0. */
function listCountrySubnets() {
  return Array.from({ length: COUNTRY_SUBNETS }, (_, i) => {
    const at = Math.imul(i + 1, 0x9e3779b1) >>> 8;
    return `${1 + ((at >> 16) % 223)}.${(at >> 8) & 255}.${at & 255}.0/24`;
  });
}
