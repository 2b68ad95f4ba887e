// Bad input gets a clear answer, and what somebody typed is still there.
import { expect, test } from "../fixtures.ts";

test("a nickname that is taken is refused and stays in the field", async ({ alice, people, room }) => {
  const other = await people.visitor(room);
  await other.tryToJoinAs(alice.nickname);
  await expect(other.page.getByText(other.words.nicknameTaken)).toBeVisible();
  await expect(other.nicknameField).toHaveValue(alice.nickname);
  await other.joinAs(people.nickname("Another"));
});

test("a reserved nickname is refused and stays in the field", async ({ people, room }) => {
  const person = await people.visitor(room);
  await person.tryToJoinAs("admin");
  await expect(person.page.getByText(person.words.nicknameReserved)).toBeVisible();
  await expect(person.nicknameField).toHaveValue("admin");
});

test("a nickname that is too long is refused and stays in the field", async ({ people, room }) => {
  const long = "茶".repeat(25);
  const person = await people.visitor(room);
  await person.tryToJoinAs(long);
  await expect(person.page.getByText(person.words.nicknameTooLong)).toBeVisible();
  await expect(person.nicknameField).toHaveValue(long);
});

test("a nickname is measured by what people see, not by bytes", async ({ people, room }) => {
  const person = await people.visitor(room);
  // 24 graphemes with a space and eight letters of the test's own: 69 bytes.
  await person.joinAs(people.nickname("🍵".repeat(15)));
  await expect(person.composer).toBeVisible();
});

test("a line that is too long stays in the composer", async ({ alice, bob }) => {
  const long = "长".repeat(4_001);
  await alice.say(long);
  await expect(alice.page.getByText(/too many|too long/).first()).toBeVisible();
  await expect(alice.composer).toHaveValue(long);
  await alice.composer.fill("short");
  await alice.sendButton.click();
  await expect(bob.lines()).toHaveText(["short"]);
});

test("a blank line is not sent", async ({ alice, bob }) => {
  await alice.say("   \n  ");
  await alice.say("something");
  await expect(bob.lines()).toHaveText(["something"]);
});

test("a room name without letters is refused, and one that exists leads nowhere new", async ({ alice, room }) => {
  await alice.openRooms();
  if (!(await alice.roomNameField.isVisible())) await alice.rooms.getByText(alice.words.newRoom, { exact: true }).click();
  for (const name of ["!!!", room.title]) {
    await alice.roomNameField.fill(name);
    await alice.page.getByRole("button", { name: alice.words.createRoom }).click();
    await expect(alice.page.getByText(name === "!!!" ? /1 to 40 letters/ : /already/)).toBeVisible();
    await expect(alice.roomNameField).toHaveValue(name);
  }
});
