// A tab that is left open in a busy room: what a message costs it, and what it holds after many.
import { type RoomPage, test } from "../fixtures.ts";
import { scriptOfBareList } from "./bare_list.ts";
import { Feeder, type Grouping, GROUPINGS } from "./feeder.ts";
import { type Memory, memory, scriptOf, watchMemory } from "./measure.ts";

/** The page's measure, and what it is compared with. */
const FEW = 1_000;
/** How many messages are timed. */
const TIMES = 150;
/** The page shows so many rows at most: so many messages replace them all. */
const MOUNTED = 300;
/** What is posted to time messages. */
const TIMED = GROUPINGS.length * (MOUNTED + TIMES);
const MANY = messagesWanted();
const CPU_DIVISOR = 4;

test("a busy room", async ({ browser, server, room, people, words }) => {
  void words;
  const reader: RoomPage = await people.somebody();
  const { page } = reader;
  await watchMemory(page);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  await reader.goto(room.slug);
  await reader.live();
  const feeder = await Feeder.connect(`${server.replace(/^http/, "ws")}/plain/${encodeURIComponent(room.slug)}`);

  /** Of messages that open a group of their own, with seal and name, or that continue the group before. */
  const script = async (after: number, kind: Grouping) => {
    await feeder.feed(page, MOUNTED, kind);
    const mounted = await page.locator("#messages [data-row]").count();
    const throttle = (rate: number) => devtools.send("Emulation.setCPUThrottlingRate", { rate });
    await throttle(CPU_DIVISOR);
    const idle = sorted(await scriptOf(browser, page, TIMES, () => {}));
    const busy = sorted(await scriptOf(browser, page, TIMES, () => feeder.post(kind)));
    await throttle(1);
    // Opened only now, so that the page is in front while it is measured.
    const bare = sorted(await scriptOfBareList(browser, page, TIMES, CPU_DIVISOR));
    const [median, p99] = [at(busy, 0.5) - at(idle, 0.5), at(busy, 0.99) - at(idle, 0.5)];
    console.log(
      `script per message after ${after}, ${kind}, ${mounted} rows mounted, CPU ÷ ${CPU_DIVISOR}: ` +
        `median ${milliseconds(median)}, p99 ${milliseconds(p99)}; a bare list ${milliseconds(at(bare, 0.5))}: ` +
        `${(median / at(bare, 0.5)).toFixed(1)} × (${TIMES} messages)`,
    );
  };
  const held = async (after: number): Promise<Memory> => {
    const now = await memory(page, devtools);
    console.log(
      `memory held after ${after}: script ${megabytes(now.scriptHeap)}, WebAssembly ${megabytes(now.wasm)}, ` +
        `together ${megabytes(now.scriptHeap + now.wasm)}; ${now.nodes} nodes, ${now.listeners} listeners`,
    );
    return now;
  };

  await feeder.feed(page, FEW, "a group each");
  await held(FEW);
  for (const kind of GROUPINGS) await script(FEW, kind);
  const started = Date.now();
  const further = MANY - FEW - TIMED;
  await feeder.feed(page, further, "a group each");
  console.log(`${further} messages in ${((Date.now() - started) / 1_000).toFixed(0)} s`);
  await held(MANY);
  for (const kind of GROUPINGS) await script(MANY, kind);
  feeder.close();
});

/** What a command line asks for: messages in all. */
function messagesWanted(): number {
  const { BENCH_MESSAGES: wanted = "200000" } = process.env;
  const least = FEW + TIMED;
  if (!/^[0-9]+$/.test(wanted) || Number(wanted) < least) {
    throw new Error(`BENCH_MESSAGES=${wanted} is no number of messages of at least ${least}: leave it out, or give a larger one`);
  }
  return Number(wanted);
}

function sorted(times: number[]): number[] {
  return times.sort((one, other) => one - other);
}

function at(times: number[], share: number): number {
  return times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? NaN;
}

function milliseconds(time: number): string {
  return `${time.toFixed(2)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
