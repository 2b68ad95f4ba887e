// The peer of the page: the same document and style, and a script that does nothing but add a row and take the oldest away.
// What it costs is what the browser asks of every page that shows such rows.
import type { Browser, Page } from "@playwright/test";
import { scriptOf } from "./measure.ts";

export interface BareList {
  /** Milliseconds of script for each of `count` rows. */
  script: (browser: Browser, count: number, cpuDivisor: number) => Promise<number[]>;
  close: () => Promise<void>;
}

/** Opens it beside `original`, as that one looks now. */
export async function bareList(original: Page): Promise<BareList> {
  const html = await original.evaluate(() => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    for (const element of copy.querySelectorAll("script, link[rel=modulepreload], link[rel=preload]")) element.remove();
    return copy.outerHTML;
  });
  const page = await original.context().newPage();
  // Of the same origin, for the style.
  await page.goto(new URL("/robots.txt", original.url()).href);
  await page.setContent(html);
  await page.evaluate(() => {
    const rows = document.querySelector("#messages ol");
    const model = rows?.lastElementChild;
    if (!rows || !model) throw new Error("the page shows no rows");
    const addOne = () => {
      rows.append(model.cloneNode(true));
      rows.firstElementChild?.remove();
    };
    Object.assign(window, { addLater: () => setTimeout(addOne) });
  });
  const devtools = await page.context().newCDPSession(page);
  return {
    script: async (browser, count, rate) => {
      await devtools.send("Emulation.setCPUThrottlingRate", { rate });
      const addLater = () => void page.evaluate(() => void (window as unknown as { addLater: () => void }).addLater());
      return scriptOf(browser, page, count, addLater);
    },
    close: () => page.close(),
  };
}
