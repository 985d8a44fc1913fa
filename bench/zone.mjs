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

/**
 * @typedef {object} Size
 * @property {number} hosts names with an address in the zone
 * @property {number} subnets client prefixes that the steered name tells apart
 * @property {number} [zones] zones with {@link ZONE_HOSTS} hosts each, beside the one with everything; 0 if left out
 * @property {number} [values] addresses per datacenter; 2 if left out
 * @property {boolean} [ruleEach] whether each prefix has a rule of its own; else those with the same datacenters share one
 * @property {"yaml" | "import" | "master"} [form] how rondo reads it; as a master file it has no steered names
 * @property {boolean} [geoFile] whether the geo database is a file of its own, which may be changed
 * @property {number} [workers] UDP threads; 1 if left out
 * @property {number} [checkPort] where the health checks go; if left out, where nobody answers (RFC 863)
 */

const DATACENTER_NAMES = ["dc0", "dc1", "dc2", "dc3"];

/** Hosts in each of many zones. */
const ZONE_HOSTS = 10;

/** Above this number of hosts a zone file of rondo leaves them to a master file that it imports, unless told otherwise. */
const IMPORT_ABOVE = 1000;

/** The values of the steered name by datacenter: addresses a health check can reach on any Linux machine. */
function listDatacenters({ values = 2 }) {
  return DATACENTER_NAMES.map((name, place) => ({
    name,
    addresses: Array.from({ length: values }, (_, i) => `127.0.${place + 1}.${i + 1}`),
  }));
}

/** Every address that is checked. @param {Size} size */
export function listCheckedAddresses(size) {
  return listDatacenters(size).flatMap(({ addresses }) => addresses);
}

/** The steered name's client prefixes, each of one datacenter with the next one behind it. */
export function listSubnets(count) {
  return Array.from({ length: count }, (_, index) => {
    const home = index % DATACENTER_NAMES.length;
    return {
      prefix: `10.${index >> 8}.${index & 255}.0/24`,
      datacenters: [DATACENTER_NAMES[home], DATACENTER_NAMES[(home + 1) % DATACENTER_NAMES.length]],
    };
  });
}

/** The origins of many zones. @param {Size} size */
export function listOrigins({ zones = 0 }) {
  return Array.from({ length: zones }, (_, i) => `z${i}.test`);
}

/** One of many zones as a master file. */
export function writeSmallZone(origin) {
  const lines = [`$ORIGIN ${origin}.`, `$TTL ${TTL_SECONDS}`, writeSoa(origin)];
  for (const server of NAMESERVERS) lines.push(`@ NS ${server}`);
  for (let host = 0; host < ZONE_HOSTS; host++) lines.push(`h${host} A ${hostAddress(host)}`);
  return `${lines.join("\n")}\n`;
}

function writeSoa(origin) {
  return `@ SOA ${NAMESERVERS[0]} hostmaster.${origin}. 1 7200 1800 1209600 ${NEGATIVE_TTL_SECONDS}`;
}

/**
 * The zone as rondo reads it.
 *
 * @param {Size} size
 * @returns {{name: string, text: string}[]} the zone file, and the master file it imports if there is one
 */
export function writeRondoFiles(size) {
  const form = formOf(size);
  if (form === "master") return [{ name: `${ORIGIN}.zone`, text: writeMasterZone(size) }];
  const zone = { name: `${ORIGIN}.yaml`, text: writeYamlZone(size) };
  if (form === "yaml") return [zone];
  return [zone, { name: "hosts.import", text: writeHosts(size) }];
}

function formOf({ form, hosts }) {
  return form ?? (hosts > IMPORT_ABOVE ? "import" : "yaml");
}

function writeHosts({ hosts }) {
  const lines = [`$ORIGIN ${ORIGIN}.`, `$TTL ${TTL_SECONDS}`];
  for (let host = 0; host < hosts; host++) lines.push(`h${host} A ${hostAddress(host)}`);
  return `${lines.join("\n")}\n`;
}

/**
 * Writes the zone as a rondo zone file.
 *
 * @param {Size} size
 */
export function writeYamlZone(size) {
  const { hosts, subnets, checkPort = 9, ruleEach = false } = size;
  const lines = [
    `zone: ${ORIGIN}.`,
    `ttl: ${TTL_SECONDS}`,
    `soa: { mname: ${NAMESERVERS[0]}, rname: hostmaster.${ORIGIN}., serial: 1, minimum: ${NEGATIVE_TTL_SECONDS} }`,
    "healthchecks:",
    `  web: { protocol: HTTP, port: ${checkPort}, path: /, interval: 10s, timeout: 3s }`,
    "pools:",
  ];
  for (const { name, addresses } of listDatacenters(size)) {
    const values = addresses.map((address) => `{ value: ${address} }`).join(", ");
    lines.push(`  ${name}: { healthcheck: web, answers: 2, values: [${values}] }`);
  }
  lines.push(
    "  weighted:",
    "    { healthcheck: web, answers: 1, values: [{ value: 127.0.1.1, weight: 3 }, { value: 127.0.1.2 }] }",
    "  sticky:",
    "    { healthcheck: web, policy: sticky, answers: 1, values: [{ value: 127.0.1.1 }, { value: 127.0.1.2 }, { value: 127.0.2.1 }, { value: 127.0.2.2 }] }",
  );
  const isImported = formOf(size) === "import";
  if (isImported) lines.push("import: hosts.import");
  lines.push("records:");
  for (const { owner, type, values } of STATIC_SETS) {
    const list = values.map((value) => `'${value}'`).join(", ");
    lines.push(`  "${owner}": { type: ${type}, ttl: ${TTL_SECONDS}, values: [${list}] }`);
  }
  for (let host = 0; host < (isImported ? 0 : hosts); host++) {
    lines.push(`  h${host}: { type: A, value: ${hostAddress(host)} }`);
  }
  const steered = `type: A, ttl: ${STEERED_TTL_SECONDS}`;
  lines.push(
    `  weighted: { ${steered}, dynamic: { rules: [{ pool: weighted }] } }`,
    `  sticky: { ${steered}, dynamic: { rules: [{ pool: sticky }] } }`,
    `  country: { ${steered}, dynamic: { rules: [${writeCountryRules()}, { pool: dc3 }] } }`,
    "  gslb:",
    "    type: A",
    `    ttl: ${STEERED_TTL_SECONDS}`,
    "    dynamic:",
    "      rules:",
  );
  const groups = ruleEach
    ? listSubnets(subnets).map(({ prefix, datacenters }) => [datacenters.join(", "), [prefix]])
    : groupSubnets(subnets);
  for (const [key, prefixes] of groups) {
    lines.push(`        - { subnets: [${prefixes.join(", ")}], pool: [${key}] }`);
  }
  lines.push(`        - { pool: [${DATACENTER_NAMES.join(", ")}] }`, "");
  return lines.join("\n");
}

/** Writes the static part of the zone as an RFC 1035 master file. */
export function writeMasterZone({ hosts }) {
  const lines = [`$ORIGIN ${ORIGIN}.`, `$TTL ${TTL_SECONDS}`, writeSoa(ORIGIN)];
  for (const { owner, type, values } of STATIC_SETS) {
    for (const value of values) lines.push(`${owner || "@"} ${type} ${value}`);
  }
  for (let host = 0; host < hosts; host++) lines.push(`h${host} A ${hostAddress(host)}`);
  lines.push("");
  return lines.join("\n");
}

/** Writes the zone as gdnsd reads it: the master file and the steered name as a DYNA record. */
export function writeGdnsdZone(size) {
  return `${writeMasterZone(size)}gslb ${STEERED_TTL_SECONDS} DYNA geoip!gslb
weighted ${STEERED_TTL_SECONDS} DYNA weighted!weighted
`;
}

/** Writes gdnsd's configuration: one UDP thread, health-checked resources, and the map of the subnets. */
export function writeGdnsdConfig(size, { port, runFolder, stateFolder }) {
  const { subnets, checkPort = 9 } = size;
  const datacenters = listDatacenters(size)
    .map(({ name, addresses }) => `        ${name} => [ ${addresses.join(", ")} ]`)
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
  weighted => {
    weighted => { service_types => web, a => [ 127.0.1.1, 3 ], b => [ 127.0.1.2, 1 ] }
  }
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

/** Continents and countries in groups, each with a pool, as a service in three regions has them. */
function writeCountryRules() {
  const groups = [
    ["[NA-US, NA-CA, NA-MX]", "dc0"],
    ["[EU-DE, EU-FR, EU-NL, EU]", "dc1"],
    ["[AS-JP, AS-SG, OC]", "dc2"],
  ];
  return groups.map(([geos, pool]) => `{ geos: ${geos}, pool: ${pool} }`).join(", ");
}

function groupSubnets(count) {
  const groups = new Map();
  for (const { prefix, datacenters } of listSubnets(count)) {
    const key = datacenters.join(", ");
    groups.set(key, [...(groups.get(key) ?? []), prefix]);
  }
  return groups;
}

/** The address of a host. */
export function hostAddress(host) {
  return `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
}
