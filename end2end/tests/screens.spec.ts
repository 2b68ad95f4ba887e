// Pictures of every state, for human eyes: test-results/screens.
import { expect, test } from "../fixtures.ts";
import type { RoomPage } from "../pages/room.page.ts";

const EVERYWHERE = { tag: "@everywhere" };

async function picture(person: RoomPage, state: string): Promise<void> {
  await person.page.screenshot({ path: `test-results/screens/${test.info().project.name}-${state}.png` });
}

test("an empty room", EVERYWHERE, async ({ people, room }) => {
  const visitor = await people.visitor(room);
  await visitor.live();
  await expect(visitor.page.getByText(visitor.words.emptyRoom)).toBeVisible();
  await picture(visitor, "empty");
});

test("a busy room", EVERYWHERE, async ({ alice, bob, script }) => {
  const program = await script();
  await bob.say("Is there any of the oolong left?");
  await alice.say("A little. I kept you a cup.");
  await alice.say("It is on the table by the window, https://example.org/tea tells which.");
  program.say("小雨", "我也要一杯 🍵");
  await expect(alice.lines()).toHaveCount(4);
  await bob.say("来了来了，等我把这一段写完，十分钟。你们先聊，别把点心吃光了！");
  await alice.say("👩‍👩‍👧‍👦 🎉🎉🎉");
  await bob.composer.pressSequentially("on my", { delay: 30 });
  await expect(alice.typingLine).toContainText(bob.nickname);
  await picture(alice, "busy");
});

test("long words and long lines", EVERYWHERE, async ({ alice }) => {
  await alice.say("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(4));
  await alice.say(`https://example.org/${"a-very-long-path/".repeat(20)}`);
  await alice.say("春眠不觉晓处处闻啼鸟夜来风雨声花落知多少".repeat(8));
  await alice.say("one\ntwo\n\nthree");
  await expect(alice.lines()).toHaveCount(4);
  await picture(alice, "long-words");
});

test("drawers and lists", EVERYWHERE, async ({ alice, bob }) => {
  await expect(bob.composer).toBeVisible();
  await alice.openPeople();
  await picture(alice, "people");
});

test("rooms", EVERYWHERE, async ({ alice }) => {
  await alice.openRooms();
  await picture(alice, "rooms");
});

test("a refusal", EVERYWHERE, async ({ people, room }) => {
  const person = await people.visitor(room);
  await person.tryToJoinAs("admin");
  await expect(person.page.getByText(person.words.nicknameReserved)).toBeVisible();
  await picture(person, "refusal");
});

test("offline, with a line that waits", EVERYWHERE, async ({ people, room, wire }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await alice.say("This one arrived.");
  await expect(alice.line("This one arrived.")).not.toHaveClass(/message--pending/);
  wire.cut();
  await alice.lost();
  await alice.say("This one waits.");
  await expect(alice.line("This one waits.")).toBeVisible();
  await picture(alice, "offline");
});

test("messages that are changed", EVERYWHERE, async ({ people, room, alice, bob, complaints }) => {
  complaints.expect(/status of 4\d\d/);
  await bob.say("Is there any of the oolong left?");
  await alice.say("A little. I kept you a cpu.");
  await alice.edit("A little. I kept you a cpu.", "A little. I kept you a cup.");
  await expect(alice.line("A little. I kept you a cup.").locator(".message__edited")).toBeVisible();
  await alice.say("And cakes.");
  await alice.offerFor("And cakes.");
  await picture(alice, "change-offer");
  await alice.page.keyboard.press("Escape");
  await alice.composer.focus();
  await alice.page.keyboard.press("ArrowUp");
  await picture(alice, "editing");
  const tab = await alice.secondTab(room.slug);
  await tab.delete("And cakes.");
  await expect(tab.changeNotice).toBeVisible();
  await expect(tab.deleted).toBeVisible();
  await picture(tab, "deleted");
  await expect(alice.deleted).toBeVisible();
  await alice.composer.fill("And two cakes.");
  await alice.sendButton.click();
  await expect(alice.page.locator(".notice[role=alert]:visible")).toBeVisible();
  await picture(alice, "edit-refused");
  const late = await people.member("Late", room, { javaScriptEnabled: false });
  await late.say("Without scripts.");
  await late.offerFor("Without scripts.");
  // Each of these buttons leads to another page, of which no picture can be taken before it is there.
  const edit = late.offer.getByRole("button", { name: late.words.edit, exact: true });
  await expect(edit).toBeVisible();
  await picture(late, "change-offer-without-scripts");
  await edit.click();
  await expect(late.page.getByRole("button", { name: late.words.save, exact: true })).toBeVisible();
  await picture(late, "edit-without-scripts");
  await late.page.getByRole("button", { name: late.words.delete, exact: true }).click();
  await expect(late.page.getByText(late.words.deletedOwn)).toBeVisible();
  await picture(late, "deleted-without-scripts");
});

test("replies", EVERYWHERE, async ({ people, room, alice, bob }) => {
  await bob.say("Is there any of the oolong left? I looked on the shelf by the window and behind the big pot, and found only the green one.");
  await alice.say("来一杯绿茶吗？");
  await bob.replyTo("来一杯绿茶吗？", "好的，谢谢！");
  await alice.startReply("好的，谢谢！");
  await picture(alice, "replying");
  await alice.say("马上就来。");
  await alice.line("来一杯绿茶吗？").hover();
  await expect(alice.quote("马上就来。")).toBeVisible();
  await picture(alice, "replies");
  await alice.offerFor("马上就来。");
  await picture(alice, "reply-offer");
  await alice.page.keyboard.press("Escape");
  const late = await people.member("Late", room, { javaScriptEnabled: false });
  await late.startReply("来一杯绿茶吗？");
  await expect(late.replyNotice).toBeVisible();
  await picture(late, "replying-without-scripts");
  await alice.delete("来一杯绿茶吗？");
  await expect(bob.quote("好的，谢谢！")).toContainText(bob.words.deleted);
  await picture(bob, "reply-to-deleted");
});

test("an address without a room", EVERYWHERE, async ({ people, complaints }) => {
  complaints.expect(/status of 404/);
  const person = await people.somebody();
  await person.page.goto(`${person.origin}/r/no-such-room`);
  await picture(person, "not-found");
});

for (const [name, viewport] of Object.entries({
  // A window of 1280 × 800 at 200 % has half as many CSS pixels each way.
  "zoom-200": { width: 640, height: 400 },
  wide: { width: 1600, height: 1000 },
})) {
  test(`a conversation, ${name}`, async ({ people, room, bob }) => {
    const alice = await people.member("Alice", room, { viewport, deviceScaleFactor: name === "wide" ? 1 : 2 });
    await alice.say("The same words at another size.");
    await bob.say("一样的话，不一样的大小。");
    await expect(alice.lines()).toHaveCount(2);
    await picture(alice, name);
    const overflow = await alice.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, "nothing is cut off at the side").toBeLessThanOrEqual(0);
  });
}
