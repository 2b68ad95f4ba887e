// How the page gets its code: each file once, and as soon as the document names it.
import { expect, test } from "../fixtures.ts";

interface Fetched {
  file: string;
  /** "parser" for what the document names, "script" for what a script asks for. */
  by: string;
}

test("script and WebAssembly are fetched once, and the document has them fetched", async ({ people, room }) => {
  const reader = await people.somebody();
  const fetched: Fetched[] = [];
  const network = await reader.page.context().newCDPSession(reader.page);
  network.on("Network.requestWillBeSent", ({ request, initiator }) => {
    const file = /\/pkg\/[^?]*\.(js|wasm)$/.exec(request.url)?.[1];
    if (file) fetched.push({ file, by: initiator.type });
  });
  await network.send("Network.enable");
  await reader.goto(room.slug);
  await reader.live();
  expect(fetched.sort((one, other) => one.file.localeCompare(other.file))).toEqual([
    { file: "js", by: "parser" },
    { file: "wasm", by: "parser" },
  ]);
});

test("what others write into the document does not run, and the page comes alive all the same", async ({
  people,
  room,
  complaints,
}) => {
  // A page that Playwright answers for may not connect to this machine.
  complaints.expect(/content security policy/i, /WebSocket connection/);
  const reader = await people.somebody();
  await reader.page.route(/\/r\//, async (route) => {
    const answer = await route.fetch();
    const script = "document.documentElement.setAttribute('data-foreign','')";
    const body = (await answer.text()).replace("<body>", `<body onload="${script}"><script>${script}</script>`);
    await route.fulfill({ response: answer, body });
  });
  await reader.goto(room.slug);
  // No locator finds a script by its text.
  const foreign = () => [...document.scripts].filter((script) => script.textContent?.includes("data-foreign")).length;
  await expect.poll(() => reader.page.evaluate(foreign)).toBe(1);
  await expect(reader.page.locator("html[data-foreign]")).toHaveCount(0);
});
