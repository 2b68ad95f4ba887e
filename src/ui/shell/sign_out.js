// The form for signing out works before the page is alive. Whoever uses it then leaves as little behind as by the live page
// (`client::storage::person`), which finds here since when what is kept belongs to somebody else.
addEventListener("submit", ({ target, defaultPrevented }) => {
  if (defaultPrevented || !target.action.endsWith("/sign-out")) return;
  // A page that comes alive before the answer would keep it again.
  for (const field of document.querySelectorAll("textarea")) field.value = "";
  try {
    for (const storage of [localStorage, sessionStorage])
      for (const key of Object.keys(storage)) if (key.startsWith("teahouse.")) storage.removeItem(key);
    localStorage.setItem("teahouse.signed_out", Date.now());
  } catch {
    // Where storage is denied, nothing was kept.
  }
});
