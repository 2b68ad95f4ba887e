// Writing: Enter sends, unless it means something else.
import { devices } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

test("Enter sends and Shift+Enter starts a new line", async ({ alice, bob }) => {
  await alice.composer.fill("first line");
  await alice.composer.press("Shift+Enter");
  await alice.composer.pressSequentially("second line");
  await alice.composer.press("Enter");
  await expect(bob.lines()).toHaveText(["first line\nsecond line"], { useInnerText: true });
  await expect(alice.composer).toHaveValue("");
  await expect(alice.composer).toBeFocused();
});

test("the Enter that ends a Chinese composition does not send", async ({ alice, bob }) => {
  const keyboard = await alice.page.context().newCDPSession(alice.page);
  await alice.composer.focus();
  await keyboard.send("Input.imeSetComposition", { text: "ni hao", selectionStart: 6, selectionEnd: 6 });
  await alice.composer.press("Enter");
  await keyboard.send("Input.insertText", { text: "你好" });
  await expect(alice.composer).toHaveValue(/你好/);
  await expect(alice.lines()).toHaveCount(0);

  await alice.composer.fill("你好，茶馆");
  await alice.composer.press("Enter");
  await expect(bob.lines()).toHaveText(["你好，茶馆"]);
});

test("what is not sent yet survives a reload", async ({ alice }) => {
  await alice.composer.fill("half a thought");
  await alice.reload();
  await expect(alice.composer).toHaveValue("half a thought");
});

test("the button sends and leaves the focus, and with it a phone's keyboard, in the field", { tag: "@everywhere" }, async ({ alice, bob }) => {
  await alice.composer.fill("one after another");
  if (test.info().project.name === "phone") await alice.sendButton.tap();
  else await alice.sendButton.click();
  await expect(bob.line("one after another")).toBeVisible();
  await expect(alice.composer).toBeFocused();
});

test("on a keyboard without Shift, Enter starts a new line and the button sends", async ({ people, room, bob }) => {
  const { viewport, userAgent, hasTouch, isMobile } = devices["Pixel 5"];
  const alice = await people.member("Alice", room, { viewport, userAgent, hasTouch, isMobile });
  await alice.composer.fill("first line");
  const oneLine = (await alice.composer.boundingBox())?.height ?? Infinity;
  await alice.composer.press("Enter");
  await alice.composer.pressSequentially("second line");
  await expect(alice.composer).toHaveValue("first line\nsecond line");
  expect((await alice.composer.boundingBox())?.height ?? 0, "there is room for both").toBeGreaterThan(oneLine + 15);
  await alice.sendButton.tap();
  await expect(bob.lines()).toHaveText(["first line\nsecond line"], { useInnerText: true });
  await alice.composer.fill("with a real keyboard");
  await alice.composer.press("Control+Enter");
  await expect(bob.lines()).toHaveCount(2);
});

test("what Enter does is the reader's choice, which the browser remembers", { tag: "@everywhere" }, async ({ alice, bob }) => {
  const sends = alice.page.getByRole("button", { name: alice.words.enterSends });
  const startsLine = alice.page.getByRole("button", { name: alice.words.enterStartsLine });
  const isPhone = test.info().project.name === "phone";
  // A keyboard on the screen has no Shift and no Ctrl that go with Enter, so nothing is said of them there.
  await expect(alice.page.getByText(/Shift \+ Enter|Ctrl \+ Enter/).filter({ visible: true })).toHaveCount(isPhone ? 0 : 1);
  await (isPhone ? startsLine : sends).click();
  await (isPhone ? sends : startsLine).waitFor();
  await expect(alice.composer).toBeFocused();
  await alice.reload();
  await alice.live();
  await alice.composer.fill("one");
  await alice.composer.press("Enter");
  if (!isPhone) {
    await alice.composer.pressSequentially("two");
    await alice.composer.press("Control+Enter");
  }
  await expect(bob.lines()).toHaveText([isPhone ? "one" : "one\ntwo"], { useInnerText: true });
  await expect(alice.composer).toHaveValue("");
});

test("a pasted book is said to be too long at once, is not cut, and leaves the keys quick", async ({ alice }) => {
  const book = "All the tea in China. ".repeat(50_000);
  const tooLong = alice.page.getByRole("status").filter({ hasText: alice.words.tooLong });
  await alice.page.evaluate((text) => {
    const field = document.querySelector("textarea");
    field?.focus();
    document.execCommand("insertText", false, text);
  }, book);
  await expect(tooLong).toBeVisible();
  // What the page itself does at a key, apart from the browser's own work of laying the text out.
  const work = await alice.page.evaluate(() => {
    const field = document.querySelector("textarea") as HTMLTextAreaElement;
    const started = performance.now();
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    return performance.now() - started;
  });
  expect(work, "milliseconds of a key").toBeLessThan(250);
  await alice.composer.press("Enter");
  await expect(alice.alert).toContainText(alice.words.tooLong);
  expect((await alice.composer.inputValue()) === book, "nothing is cut").toBe(true);
  await alice.composer.fill("short");
  await expect(tooLong).toBeHidden();
});
