/** Loaded before all else in a thread that is to work in the background: loading the rest is part of its work. */
import { workInBackground } from "./work-in-background.ts";

workInBackground();
