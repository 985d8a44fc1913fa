/**
 * The benchmark's zone, from one description in every server's own format: rondo YAML, an RFC 1035 master file, and a
 * gdnsd configuration with the same steered name (plugin geoip, health-checked). And the workloads that ask for it.
 */

/** The apex. Names under `.test` are reserved (RFC 6761 §6.2) and never leave the machine. */
export const ORIGIN = "bench.test";

const NAMESERVERS = ["ns1.dns.test.", "ns2.dns.test."];
const TTL_SECONDS = 300;
const STEERED_TTL_SECONDS = 30;
const NEGATIVE_TTL_SECONDS = 60;

/** RRsets that every server holds, besides the hosts. Targets lie outside, so that no server owes additional records. */
const STATIC_SETS = [
  { owner: "", type: "NS", values: NAMESERVERS },
  { owner: "rr", type: "A", values: ["192.0.2.10", "192.0.2.11", "192.0.2.12"] },
  { owner: "six", type: "AAAA", values: ["2001:db8::10", "2001:db8::11"] },
  { owner: "mail", type: "MX", values: ["10 mx1.mail.test.", "20 mx2.mail.test."] },
  { owner: "text", type: "TXT", values: ['"v=spf1 ip4:192.0.2.0/24 -all"'] },
  { owner: "_sip._tcp", type: "SRV", values: ["10 60 5060 a.sip.test.", "20 0 5060 b.sip.test."] },
  { owner: "alias", type: "CNAME", values: [`h1.${ORIGIN}.`] },
];

/** The values of the steered name: addresses a health check can reach on any Linux machine. */
export const DATACENTERS = {
  dc0: ["127.0.1.1", "127.0.1.2"],
  dc1: ["127.0.1.3", "127.0.1.4"],
  dc2: ["127.0.1.5", "127.0.1.6"],
  dc3: ["127.0.1.7", "127.0.1.8"],
};

const DATACENTER_NAMES = Object.keys(DATACENTERS);

/** The steered name's client prefixes, each of one datacenter with the next one behind it. 198.18.0.0/15: RFC 2544. */
export function listSubnets(count) {
  return Array.from({ length: count }, (_, index) => {
    const home = index % DATACENTER_NAMES.length;
    return {
      prefix: `198.${18 + (index >> 8)}.${index & 255}.0/24`,
      datacenters: [DATACENTER_NAMES[home], DATACENTER_NAMES[(home + 1) % DATACENTER_NAMES.length]],
    };
  });
}

/**
 * Writes the zone as a rondo zone file.
 *
 * @param {{hosts: number, subnets: number, checkPort: number}} size
 */
export function writeYamlZone({ hosts, subnets, checkPort }) {
  const lines = [
    `zone: ${ORIGIN}.`,
    `ttl: ${TTL_SECONDS}`,
    `soa: { mname: ${NAMESERVERS[0]}, rname: hostmaster.${ORIGIN}., serial: 1, minimum: ${NEGATIVE_TTL_SECONDS} }`,
    "healthchecks:",
    `  web: { protocol: HTTP, port: ${checkPort}, path: /, interval: 10s, timeout: 3s }`,
    "pools:",
  ];
  for (const [name, addresses] of Object.entries(DATACENTERS)) {
    const values = addresses.map((address) => `{ value: ${address} }`).join(", ");
    lines.push(`  ${name}: { healthcheck: web, values: [${values}] }`);
  }
  lines.push("records:");
  for (const { owner, type, values } of STATIC_SETS) {
    const list = values.map((value) => `'${value}'`).join(", ");
    lines.push(`  "${owner}": { type: ${type}, ttl: ${TTL_SECONDS}, values: [${list}] }`);
  }
  for (let host = 0; host < hosts; host++) {
    lines.push(`  h${host}: { type: A, value: ${hostAddress(host)} }`);
  }
  lines.push(
    "  gslb:",
    "    type: A",
    `    ttl: ${STEERED_TTL_SECONDS}`,
    "    dynamic:",
    "      rules:",
  );
  for (const [key, prefixes] of groupSubnets(subnets)) {
    lines.push(`        - { subnets: [${prefixes.join(", ")}], pool: [${key}] }`);
  }
  lines.push(`        - { pool: [${DATACENTER_NAMES.join(", ")}] }`, "");
  return lines.join("\n");
}

/** Writes the static part of the zone as an RFC 1035 master file. */
export function writeMasterZone({ hosts }) {
  const lines = [
    `$ORIGIN ${ORIGIN}.`,
    `$TTL ${TTL_SECONDS}`,
    `@ SOA ${NAMESERVERS[0]} hostmaster.${ORIGIN}. 1 7200 1800 1209600 ${NEGATIVE_TTL_SECONDS}`,
  ];
  for (const { owner, type, values } of STATIC_SETS) {
    for (const value of values) lines.push(`${owner || "@"} ${type} ${value}`);
  }
  for (let host = 0; host < hosts; host++) lines.push(`h${host} A ${hostAddress(host)}`);
  lines.push("");
  return lines.join("\n");
}

/** Writes the zone as gdnsd reads it: the master file and the steered name as a DYNA record. */
export function writeGdnsdZone(size) {
  return `${writeMasterZone(size)}gslb ${STEERED_TTL_SECONDS} DYNA geoip!gslb\n`;
}

/** Writes gdnsd's configuration: one UDP thread, health-checked resources, and the map of the subnets. */
export function writeGdnsdConfig({ subnets, checkPort }, { port, runFolder, stateFolder }) {
  const datacenters = Object.entries(DATACENTERS)
    .map(([name, addresses]) => `        ${name} => [ ${addresses.join(", ")} ]`)
    .join("\n");
  const nets = listSubnets(subnets)
    .map(({ prefix, datacenters: order }) => `        ${prefix} => [ ${order.join(", ")} ]`)
    .join("\n");
  return `options => {
  listen => [ 127.0.0.1:${port} ]
  udp_threads => 1
  tcp_threads => 1
  run_dir => ${runFolder}
  state_dir => ${stateFolder}
}
service_types => {
  web => { plugin => http_status, port => ${checkPort}, interval => 10, timeout => 3 }
}
plugins => {
  geoip => {
    maps => {
      m => {
        datacenters => [ ${DATACENTER_NAMES.join(", ")} ]
        nets => {
${nets}
        }
      }
    }
    resources => {
      gslb => {
        map => m
        service_types => web
        dcmap => {
${datacenters}
        }
      }
    }
  }
}
`;
}

/**
 * The workloads: query lists, and what a right answer to them looks like.
 *
 * @returns {{id: string, title: string, steered: boolean, rcode: number, answerShare: number, queries: string}[]}
 *   `answerShare` is the share of the queries whose answer section must hold records
 */
export function listWorkloads({ hosts, subnets }) {
  const variants = ["", " +edns", " +do"];
  const everyVariant = (questions) =>
    questions.flatMap((question) => variants.map((flags) => `${question}${flags}`)).join("\n");
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
  const mixed = hostQuestions.flatMap((question) => [
    question,
    ...kinds.map((kind) => kind.replace(" ", `.${ORIGIN} `)),
  ]);
  return [
    {
      id: "static",
      title:
        "static mix: A, 3 A, AAAA, MX, TXT, SRV, CNAME, NODATA; a third each without EDNS, with it, with DO",
      steered: false,
      rcode: 0,
      answerShare: 7 / 8,
      queries: everyVariant(mixed),
    },
    {
      id: "nxdomain",
      title: "NXDOMAIN: 64 names that do not exist",
      steered: false,
      rcode: 3,
      answerShare: 0,
      queries: everyVariant(Array.from({ length: 64 }, (_, index) => `x${index}.${ORIGIN} A`)),
    },
    {
      id: "roundrobin",
      title: "plain round robin: 3 A records",
      steered: false,
      rcode: 0,
      answerShare: 1,
      queries: everyVariant([`rr.${ORIGIN} A`]),
    },
    {
      id: "steered",
      title: `steered: health-checked pools by ECS, ${subnets} subnets`,
      steered: true,
      rcode: 0,
      answerShare: 1,
      queries: listSubnets(subnets)
        .map(({ prefix }) => `gslb.${ORIGIN} A +subnet=${prefix}`)
        .join("\n"),
    },
  ];
}

function groupSubnets(count) {
  const groups = new Map();
  for (const { prefix, datacenters } of listSubnets(count)) {
    const key = datacenters.join(", ");
    groups.set(key, [...(groups.get(key) ?? []), prefix]);
  }
  return groups;
}

function hostAddress(host) {
  return `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
}
