import { expect, it } from "vitest";
import { code, geoTable } from "../../test/support/geo.ts";
import type { Datacenter, Zone } from "../zone/model.ts";
import { listDistances } from "./distances.ts";

const GEO = geoTable({ "20.0.0.0/8": "NA-US-CA 34 -118", "21.0.0.0/8": "NA-US-CA 38 -122" });

it("listDistances() gives kilometres before and after the bias, in the order that decides", () => {
  const datacenters: Datacenter[] = [
    { name: "x", geo: undefined, coords: undefined, bias: 0 },
    { name: "unused", geo: undefined, coords: [0, 0], bias: 0 },
    { name: "iad", geo: undefined, coords: [38.95, -77.45], bias: 50 },
    { name: "ca", geo: code("NA-US-CA"), coords: undefined, bias: -60 },
    { name: "fra", geo: undefined, coords: [50.11, 8.68], bias: 0 },
  ];
  const zone: Zone = {
    apex: Uint8Array.of(0),
    rrsets: [],
    steered: [],
    pools: [],
    datacenters,
    networks: [],
    serial: 1,
    negativeTtl: 60,
  };
  const found = listDistances(zone, { datacenters: [0, 2, 3, 4] }, GEO, [40.7, -74]);
  const rounded = found.map(({ kilometres, effective, ...rest }) => ({
    ...rest,
    kilometres: kilometres && Math.round(kilometres / 10) * 10,
    effective: effective && Math.round(effective / 10) * 10,
  }));
  expect(rounded).toEqual([
    { datacenter: "iad", bias: 50, kilometres: 350, effective: 180 },
    { datacenter: "fra", bias: 0, kilometres: 6200, effective: 6200 },
    { datacenter: "ca", bias: -60, kilometres: 3990, effective: 9990 },
    { datacenter: "x", bias: 0, kilometres: undefined, effective: undefined },
  ]);
});
