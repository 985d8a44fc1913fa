import { respond } from "../answer/respond.ts";
import { Serving } from "../image/serving.ts";
import type { Engine } from "./engine.ts";

/** The real one: answers from the published image. */
export const answerEngine: Engine<Serving> = { createServing: () => new Serving(), respond };
