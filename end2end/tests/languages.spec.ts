// English and Chinese: by what the browser asks for, and by choice.
import { expect, test } from "../fixtures.ts";
import { chinese, english } from "../words.ts";

test("the page speaks the reader's language", { tag: "@everywhere" }, async ({ people, room, words }) => {
  const person = await people.visitor(room);
  await expect(person.page.locator("html")).toHaveAttribute("lang", words === chinese ? "zh-CN" : "en");
  await expect(person.joinButton).toHaveText(words.join);
});

test("the language can be switched and is remembered", async ({ people, room }) => {
  const person = await people.visitor(room);
  await expect(person.joinButton).toHaveText(english.join);
  await person.switchLanguage();
  await expect(person.page.getByRole("button", { name: chinese.join })).toBeVisible();
  await person.reload();
  await expect(person.page.getByRole("button", { name: chinese.join })).toBeVisible();
});
