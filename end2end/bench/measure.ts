// What the browser itself says about the page: script by its trace, memory by its collector.
import type { Browser, CDPSession, Page } from "@playwright/test";

interface TraceEvent {
  name: string;
  cat: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tts?: number;
  tdur?: number;
  args?: { name?: string };
}

export interface Memory {
  scriptHeap: number;
  wasm: number;
  nodes: number;
  listeners: number;
}

/** What runs script, at its outermost. */
const SCRIPT = new Set(["FunctionCall", "EvaluateScript", "RunMicrotasks", "TimerFire", "FireAnimationFrame", "EventDispatch"]);
/** What a script may start in its midst and is no script. */
const LAYOUT = new Set(["Layout", "UpdateLayoutTree", "RecalculateStyles"]);

/** Keeps hold of the page's WebAssembly memory, which nothing in the document names. Before the page is opened. */
export async function watchMemory(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const keep = (instance: WebAssembly.Instance) => {
      const memory = Object.values(instance.exports).find((item) => item instanceof WebAssembly.Memory);
      if (memory) Object.assign(window, { wasmMemory: memory });
    };
    const { instantiate, instantiateStreaming } = WebAssembly;
    Object.assign(WebAssembly, {
      instantiate: async (...input: Parameters<typeof instantiate>) => {
        const made: unknown = await instantiate(...input);
        keep(made instanceof WebAssembly.Instance ? made : (made as WebAssembly.WebAssemblyInstantiatedSource).instance);
        return made;
      },
      instantiateStreaming: async (...input: Parameters<typeof instantiateStreaming>) => {
        const made = await instantiateStreaming(...input);
        keep(made.instance);
        return made;
      },
    });
  });
}

/** What the page holds once everything that nobody needs is gone. */
export async function memory(page: Page, devtools: CDPSession): Promise<Memory> {
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((known) => known.name === name)?.value ?? NaN;
  const wasm = await page.evaluate(() => (window as unknown as { wasmMemory: WebAssembly.Memory }).wasmMemory.buffer.byteLength);
  return { scriptHeap: metric("JSHeapUsedSize"), wasm, nodes: metric("Nodes"), listeners: metric("JSEventListeners") };
}

/** Milliseconds of script in each of `count` times that something `happens`, one at a time. */
export async function scriptOf(browser: Browser, page: Page, count: number, happens: () => void): Promise<number[]> {
  const INTERVAL_MS = 120;
  const MARK = "bench: next";
  await browser.startTracing(page, { categories: ["devtools.timeline", "v8.execute", "blink.user_timing"] });
  for (let time = 0; time < count; time++) {
    await page.evaluate((mark) => void performance.mark(mark), MARK);
    happens();
    await page.waitForTimeout(INTERVAL_MS);
  }
  await page.evaluate((mark) => void performance.mark(mark), MARK);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return split(trace.traceEvents, MARK);
}

function split(events: TraceEvent[], mark: string): number[] {
  const marks = events.filter((event) => event.name === mark);
  const [first] = marks;
  if (first === undefined) throw new Error("the trace holds none of the marks");
  const ofPage = events.filter((event) => event.pid === first.pid && event.tid === first.tid && event.ph === "X");
  // Time on the processor: what other programs take is not the page's.
  const spans = ofPage.map((event) => ({ ...event, start: event.ts, end: event.ts + (event.dur ?? 0), cost: event.tdur ?? event.dur ?? 0 }));
  spans.sort((one, other) => one.start - other.start || other.end - one.end);
  const outermost = (names: Set<string>) => {
    let end = -Infinity;
    return spans.filter((span) => {
      const is = names.has(span.name) && span.start >= end;
      if (is) end = span.end;
      return is;
    });
  };
  const script = outermost(SCRIPT);
  const layout = outermost(LAYOUT).filter((span) => script.some((outer) => outer.start <= span.start && span.end <= outer.end));
  const between = (span: { start: number }, index: number) =>
    span.start >= (marks[index]?.ts ?? Infinity) && span.start < (marks[index + 1]?.ts ?? Infinity);
  const cost = (of: typeof spans, index: number) =>
    of.filter((span) => between(span, index)).reduce((sum, span) => sum + span.cost, 0);
  return marks.slice(1).map((_, index) => (cost(script, index) - cost(layout, index)) / 1_000);
}
