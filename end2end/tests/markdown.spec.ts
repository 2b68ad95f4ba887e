// What people mark their messages up with: drawn by the server and by the page alike.
import { expect, test, type RoomPage } from "../fixtures.ts";

const SAMPLES = [
  "**bold** *italic* _italic_ ~~struck~~ `code` ***both***",
  "**中文。**中文，这是_重点_内容，看`代码`。",
  "it was ||the *butler*||, see [the tea](https://example.org/tea?a=1&b=2) or https://example.org/x",
  "> quoted\n> more\n>> deeper\nand on",
  "milk:\n- oolong\n- green\n  1. first\n  2. second\n\ndone",
  "```rust\nfn tea() -> &'static str {\n    \"<oolong>\"\n}\n```\nand\n```\n\nno language\n```",
  "<b>&amp;</b> \\*no marks\\* snake_case 2*3*4 ¯\\_(ツ)_/¯ \u00a0 \u2068x\u2069",
  "line one\n  line two\n\n\nline three",
  "**a *b ~~c ||d `e` d|| c~~ b* a**",
  "*_[`|](]( **a ~~b ||c\n> *_[`|",
];

/** The markup of all messages, as the browser has it. */
function markup(person: RoomPage): Promise<string[]> {
  return person.lines().evaluateAll((all) => all.map((text) => text.outerHTML));
}

test("the local echo, the live message and the page of the server are the same to the byte", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  const echoes: string[] = [];
  for (const [index, sample] of SAMPLES.entries()) {
    await alice.say(sample);
    await expect(alice.lines()).toHaveCount(index + 1);
    echoes.push((await markup(alice))[index] ?? "");
  }
  await expect(bob.lines()).toHaveCount(SAMPLES.length);
  expect(await markup(bob)).toEqual(echoes);
  await expect(alice.pendingLines()).toHaveCount(0);
  expect(await markup(alice)).toEqual(echoes);
  await bob.reload();
  expect(await markup(bob)).toEqual(echoes);
  for (const [index, name] of ["formats", "chinese", "links", "quotes", "lists", "code"].entries()) {
    await alice.lines().nth(index).scrollIntoViewIfNeeded();
    await expect(alice.lines().nth(index)).toBeVisible();
    await alice.lines().nth(index).screenshot({ path: `test-results/screens/${test.info().project.name}-markdown-${name}.png` });
  }
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-markdown.png` });
  await expectAccessible(alice);
});

test("a spoiler is neither seen nor read before it is opened, by pointer or by keyboard", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  await bob.say("it was ||the butler|| again");
  await expect(alice.lines()).toHaveCount(1);
  const spoiler = alice.lines().first().locator("summary");
  const shown = () => alice.lines().first().innerText();
  await expect(spoiler).toHaveText(alice.words.spoiler);
  expect(await shown()).not.toContain("butler");
  expect(await alice.lines().first().ariaSnapshot()).not.toContain("butler");
  // What a screen reader announces.
  await expect(alice.page.getByText("it was ▒▒▒ again")).toBeAttached();
  // It stands in its line.
  const closed = await alice.lines().first().boundingBox();
  expect(closed?.height).toBeLessThan(40);
  await spoiler.click();
  await expect.poll(shown).toContain("the butler");
  expect((await alice.lines().first().boundingBox())?.height).toBe(closed?.height);
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-spoiler.png` });
  await expectAccessible(alice);
  await spoiler.focus();
  await alice.page.keyboard.press("Enter");
  await expect.poll(shown).not.toContain("butler");
  await alice.page.keyboard.press("Space");
  await expect.poll(shown).toContain("the butler");
});

test("code of a language that is known is coloured, and can be read in every colour", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  await bob.say('```ts\nconst tea: string = "oolong"; // 3 minutes\nsteep(180);\n```\n```json\n{"tea": null}\n```\n```tea\nconst tea\n```');
  await expect(alice.lines()).toHaveCount(1);
  const coloured = (kind: string) => alice.lines().first().locator(`.code-${kind}`);
  await expect(coloured("keyword")).toHaveText(["const", "string", "null"]);
  await expect(coloured("text")).toHaveText(['"oolong"']);
  await expect(coloured("comment")).toHaveText(["// 3 minutes"]);
  await expect(coloured("number")).toHaveText(["180"]);
  await expect(coloured("key")).toHaveText(['"tea"']);
  await alice.lines().first().screenshot({ path: `test-results/screens/${test.info().project.name}-markdown-colours.png` });
  await expectAccessible(alice);
});

test("long code is scrolled in its own box, by keyboard too", { tag: "@everywhere" }, async ({ alice }) => {
  await alice.say(`\`\`\`\n${"let tea = oolong(); ".repeat(30)}\n\`\`\``);
  const box = alice.lines().first().locator("pre");
  await expect(box).toBeVisible();
  const { scrollWidth, clientWidth } = await box.evaluate(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }));
  expect(scrollWidth).toBeGreaterThan(clientWidth);
  const page = await alice.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(page[0]).toBeLessThanOrEqual(page[1] ?? 0);
  await box.focus();
  await alice.page.keyboard.press("ArrowRight");
  await expect.poll(() => box.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
});

test("nothing that is marked up becomes HTML or leads anywhere else", async ({ alice, bob }) => {
  const payloads = [
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "```\"><script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    "```x\"onclick=alert(1)\ny\n```",
    "**<img src=x onerror=alert(1)>**",
    "[<svg onload=alert(1)>](https://example.org/\"onclick=alert(1))",
    "||</details><script>alert(1)</script>||",
    "[https://bank.example](https://evil.example)",
  ];
  for (const payload of payloads) await alice.say(payload);
  await expect(bob.lines()).toHaveCount(payloads.length);
  await bob.reload();
  await expect(bob.lines()).toHaveCount(payloads.length);
  await expect(bob.timeline.locator("script, img, svg:not(.seal svg):not(button svg), [onclick], [onload], [onerror]")).toHaveCount(0);
  const links = await bob.timeline.locator(".message__text a").evaluateAll((all) => all.map((link) => [link.textContent, link.getAttribute("href")]));
  for (const [text, href] of links) expect(text).toBe(href);
});

test("what is marked up is shown without scripts, spoilers included", async ({ alice, people, room }) => {
  await alice.say("**bold** ||secret||");
  await expect(alice.pendingLines()).toHaveCount(0);
  const reader = await people.visitor(room, { javaScriptEnabled: false });
  await expect(reader.lines().first().locator("strong")).toHaveText("bold");
  const shown = () => reader.lines().first().innerText();
  expect(await shown()).not.toContain("secret");
  await reader.lines().first().locator("summary").click();
  await expect.poll(shown).toContain("secret");
});

test("keys mark what is selected, and take the marks off again", async ({ alice }) => {
  const { composer } = alice;
  const select = (from: number, to: number) => composer.evaluate((field, [from, to]) => (field as HTMLTextAreaElement).setSelectionRange(from ?? 0, to ?? 0), [from, to]);
  await composer.fill("hot tea please");
  // With the space behind it, as a double click selects.
  await select(4, 8);
  await composer.press("Control+b");
  await expect(composer).toHaveValue("hot **tea** please");
  await composer.press("Control+i");
  await expect(composer).toHaveValue("hot ***tea*** please");
  await composer.press("Control+b");
  await expect(composer).toHaveValue("hot *tea* please");
  await composer.press("Control+i");
  await expect(composer).toHaveValue("hot tea please");
  await composer.press("Control+z");
  await expect(composer).toHaveValue("hot *tea* please");
  await composer.fill("tea");
  await composer.selectText();
  await composer.press("Control+k");
  await composer.pressSequentially("https://example.org");
  await expect(composer).toHaveValue("[tea](https://example.org)");
  await composer.fill("https://example.org");
  await composer.selectText();
  await composer.press("Control+k");
  await composer.pressSequentially("cake");
  await expect(composer).toHaveValue("[cake](https://example.org)");
  await alice.sendButton.click();
  await expect(alice.lines().first().getByRole("link")).toHaveText("cake");
});

test("the composer tells how to mark messages up, as a dialog and as a page", { tag: "@everywhere" }, async ({ alice, people, room, expectAccessible }) => {
  await alice.composer.fill("half a thought");
  await alice.page.getByRole("link", { name: alice.words.formatting }).click();
  await expect(alice.panel.getByRole("heading")).toHaveText(alice.words.formatting);
  await expect(alice.panel.locator("strong")).toHaveCount(1);
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-formatting.png` });
  await expectAccessible(alice);
  await alice.page.keyboard.press("Escape");
  await expect(alice.panel).toBeHidden();
  await expect(alice.composer).toHaveValue("half a thought");
  const reader = await people.member("Reader", room, { javaScriptEnabled: false });
  await reader.page.getByRole("link", { name: reader.words.formatting }).click();
  await expect(reader.page.getByRole("heading", { name: reader.words.formatting })).toBeVisible();
  await expectAccessible(alice);
});

test("what was typed is copied with its marks, also of others", async ({ alice, people, room }) => {
  const text = "**tea** and *cake*";
  await alice.say(text);
  await expect(alice.pendingLines()).toHaveCount(0);
  const reader = await people.member("Reader", room, { permissions: ["clipboard-read", "clipboard-write"] });
  await reader.offerFor("tea and cake");
  await reader.offer.getByRole("button", { name: reader.words.copy, exact: true }).click();
  await expect(reader.offer).toBeHidden();
  expect(await reader.page.evaluate(() => navigator.clipboard.readText())).toBe(text);
});
