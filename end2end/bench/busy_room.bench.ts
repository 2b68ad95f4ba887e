// A tab that is left open in a busy room: what a message costs it, and what it holds after many.
import { type RoomPage, test } from "../fixtures.ts";
import { Feeder } from "./feeder.ts";
import { type Memory, memory, scriptOf, watchMemory } from "./measure.ts";

/** The page's measure, and what it is compared with. */
const FEW = 1_000;
const MANY = Number(process.env.BENCH_MESSAGES ?? 200_000);
/** How often one message is timed. */
const TIMES = 300;
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

  const script = async (after: number) => {
    const mounted = await page.locator("#messages [data-row]").count();
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: CPU_DIVISOR });
    const times = await scriptOf(browser, page, TIMES, () => feeder.post());
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    times.sort((one, other) => one - other);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]?.toFixed(2);
    console.log(
      `script per message after ${after}, ${mounted} rows mounted, CPU ÷ ${CPU_DIVISOR}: ` +
        `median ${at(0.5)} ms, p99 ${at(0.99)} ms (${times.length} messages)`,
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

  await feeder.feed(page, FEW);
  await held(FEW);
  await script(FEW);
  const started = Date.now();
  await feeder.feed(page, MANY - FEW - TIMES);
  console.log(`${MANY - FEW - TIMES} messages in ${((Date.now() - started) / 1_000).toFixed(0)} s`);
  await held(MANY);
  await script(MANY);
  feeder.close();
});

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
