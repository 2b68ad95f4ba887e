// What is copied reads like a conversation.
import { expect, test } from "../fixtures.ts";

test("several lines are copied with names, times and line breaks, and with nothing that was not said", async ({ people, room, script }) => {
  const writer = await script();
  const [scribe, poet] = [people.nickname("Scribe"), people.nickname("Poet")];
  writer.say(scribe, "first");
  writer.say(scribe, "fn main() {\n    tea();\n}");
  writer.say(poet, "third");
  await expect.poll(() => writer.heard.map((event) => event.message)).toContain("third");
  const reader = await people.visitor(room, { permissions: ["clipboard-read", "clipboard-write"] });
  await reader.page.evaluate(() => {
    const messages = document.querySelectorAll(".message");
    const range = document.createRange();
    range.setStartBefore(messages[0] as Node);
    range.setEndAfter(messages[messages.length - 1] as Node);
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
  });
  await reader.page.keyboard.press("ControlOrMeta+c");
  const copied = await reader.page.evaluate(() => navigator.clipboard.readText());
  const lines = copied.split(/\n+/).map((line) => line.trimEnd());
  const mark = "plain socket guest";
  const clock = "\\d\\d:\\d\\d";
  const head = (name: string) => expect.stringMatching(new RegExp(`^${name} ${mark} ${clock}$`));
  expect(lines).toEqual([head(scribe), "first", "fn main() {", "    tea();", "}", head(poet), "third"]);
});
