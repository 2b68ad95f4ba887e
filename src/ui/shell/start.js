// Starts the page: fetches the code, looks whether the document is still as the server drew it, and takes it over.
// An extension, a translator or a proxy may have changed it meanwhile. Taking it over would then tie the code to the
// wrong nodes, so the application is drawn again, with what was typed in it.
const root = document.documentElement;
const application = () => document.getElementById("application");
const isWhole = () => {
  const walker = document.createTreeWalker(application());
  let nodes = 0;
  while (walker.nextNode()) nodes++;
  return nodes === Number(application().dataset.nodes);
};
const draw = async (address) => {
  // As plain text, which nothing on the way rewrites as a page.
  const answer = await fetch(address, { headers: { accept: "text/plain" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById("application");
};
const replaceBy = (fresh) => {
  const focused = document.activeElement.id;
  // Our own fields only: those that others put into the page have any id or none.
  for (const field of fresh.querySelectorAll("input[id],textarea[id]")) {
    const typed = document.getElementById(field.id);
    if (typed) field.value = typed.value;
  }
  application().replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
};
const run = async (page) => {
  if (!isWhole()) {
    // The page of a refused form has an address that only takes posts: the open room is another way to it.
    const room = application().querySelector("a[aria-current]");
    const fresh = (await draw(location.href)) ?? (await draw(room.href));
    // From here to the end without a pause, so that nobody comes in between.
    replaceBy(fresh);
    console.info("Something changed this page before it came alive: it was drawn again.");
  }
  page.hydrate();
  // What the page was asked to reply to is kept with the draft from now on.
  if (/[?&]reply=/.test(location.search)) history.replaceState(null, "", location.pathname);
  // An address that names a message has scrolled there before anybody listened. The rows are drawn anew by the clock first.
  requestAnimationFrame(() => {
    const messages = document.getElementById("messages");
    if (messages.scrollTop) messages.dispatchEvent(new Event("scroll"));
  });
};
const stop = () => root.setAttribute("data-stopped", "");
for (const kind of ["error", "unhandledrejection"])
  addEventListener(kind, ({ error, reason }) => (error ?? reason) instanceof WebAssembly.RuntimeError && stop());
const fail = (mark) => (error) => {
  root.setAttribute(mark, "");
  throw error;
};
if (!root.hasAttribute("data-unsupported"))
  import(SCRIPT)
    .then((page) => page.default({ module_or_path: WASM }).then(() => page))
    .catch(fail("data-unsupported"))
    .then((page) => run(page).catch(fail("data-stopped")));
