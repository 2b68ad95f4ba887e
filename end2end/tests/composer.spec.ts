// Writing: Enter sends, unless it means something else.
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
