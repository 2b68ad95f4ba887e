// The form for signing out works before the page is alive. Whoever uses it then leaves as little behind as by the live page
// (`client::storage::person`), which finds here since when what is kept belongs to somebody else, and is asked as there
// before messages are dropped that have not been sent.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.action.endsWith("/sign-out")) return;
  try {
    const waits = Object.keys(localStorage).some((key) => key.startsWith("teahouse.outbox."));
    if (waits && !confirm(form.previousElementSibling.textContent)) return event.preventDefault();
    // A clock that was set back must not make this sign-out older than the one before.
    const before = Number(localStorage.getItem("teahouse.signed_out")) || 0;
    for (const storage of [localStorage, sessionStorage])
      for (const key of Object.keys(storage)) if (key.startsWith("teahouse.")) storage.removeItem(key);
    localStorage.setItem("teahouse.signed_out", Math.max(Date.now(), before + 1));
  } catch {
    // Where storage is denied, nothing was kept.
  }
  // A page that comes alive before the answer would keep it again.
  for (const field of document.querySelectorAll("textarea")) field.value = "";
});
