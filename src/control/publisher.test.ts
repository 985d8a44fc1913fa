import { expect, test } from "vitest";
import { silentLog } from "../log/log.ts";
import { Publisher } from "./publisher.ts";

const NOTHING = { zones: [], plans: [], rotationSlots: 0 };

test("publish() tells of other zones when they are published, not before, and once", () => {
  const events: string[] = [];
  let isFull = true;
  const publisher: Publisher = new Publisher({
    log: silentLog,
    publish: () => {
      if (isFull) throw new RangeError("no memory");
      events.push("published");
    },
    onZones: () => {
      events.push("told");
      if (events.length > 2) return;
      // A zone that comes of it.
      publisher.noteZones([[1, null]], [], true);
      publisher.publish(NOTHING);
    },
  });
  publisher.noteZones([[0, null]], [], true);
  publisher.publish(NOTHING);
  expect(events).toEqual([]);
  isFull = false;
  publisher.noteAnswers();
  publisher.publish(NOTHING);
  expect(events).toEqual(["published", "told", "published", "told"]);
  publisher.noteAnswers();
  publisher.publish(NOTHING);
  expect(events.slice(4)).toEqual(["published"]);
});
