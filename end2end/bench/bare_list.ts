// The peer of the page: the same document and style, and a script that does nothing but add a row and take the oldest away.
// What it costs is what the browser asks of every page that shows such rows.
import type { Browser, Page } from "@playwright/test";
import { scriptOf } from "./measure.ts";

/** Milliseconds of script for each of `count` rows that are added to a copy of what `original` shows now. */
export async function scriptOfBareList(browser: Browser, original: Page, count: number, cpuDivisor: number): Promise<number[]> {
  const html = await original.evaluate(() => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    for (const element of copy.querySelectorAll("script, link[rel=modulepreload], link[rel=preload]")) element.remove();
    return `<!doctype html>${copy.outerHTML}`;
  });
  const context = await browser.newContext({ viewport: original.viewportSize() });
  const page = await context.newPage();
  // At the address of the original, so that its style is of the same origin; without a policy that asks for more.
  await page.route(original.url(), (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
  await page.goto(original.url());
  await page.evaluate(() => {
    const rows = document.querySelector("#messages ol");
    const model = rows?.lastElementChild;
    if (!rows || !model) throw new Error("the page shows no rows");
    if (![...document.styleSheets].some((sheet) => sheet.cssRules.length > 0)) throw new Error("the copy has no style, so its rows cost too little");
    const addOne = () => {
      rows.append(model.cloneNode(true));
      rows.firstElementChild?.remove();
    };
    Object.assign(window, { addLater: () => void setTimeout(addOne) });
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpuDivisor });
  const addLater = () => void page.evaluate(() => (window as unknown as { addLater: () => void }).addLater());
  const times = await scriptOf(browser, page, count, addLater);
  await context.close();
  return times;
}
