// A link to a panel shows it in the dialog of the page: the server draws it, as it draws the page that the link leads to
// (`ui::panels`). A link that is opened by other means than a plain press leads there, and so it does without scripts.
{
  // An open panel has an entry of its own in the history, as a drawer has: Back closes it. Where it covers a drawer, which
  // the browser closes then, it takes over the entry.
  const ENTRY = "panel";
  const panel = () => document.getElementById("panel");
  let opener, asked, wishes = 0;
  const fill = async (address) => {
    const wish = ++wishes;
    asked = address;
    const { dataset, lastElementChild: content } = panel();
    dataset.state = "loading";
    content.replaceChildren();
    // Nothing in a template is loaded or runs.
    const drawn = document.createElement("template");
    let state = "failed";
    try {
      // A redirect leads to no panel, and maybe to where this page may not ask.
      const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}fragment`, { redirect: "manual" });
      // A refusal is JSON, unless a panel says it in words.
      if (!answer.headers.get("content-type")?.startsWith("application/json")) {
        if ([200, 404, 429].includes(answer.status)) drawn.innerHTML = await answer.text();
        state = drawn.content.getElementById("panel-title") ? "shown" : "elsewhere";
      }
    } catch {}
    if (wish !== wishes) return;
    if (state === "elsewhere") {
      // Something between this page and the server wants to be seen first, such as a proxy that asks who the reader is. The
      // link shows it as a page, in place of the entry of the panel.
      history.replaceState(null, "");
      panel().close();
      return location.replace(address);
    }
    // Drawn by the server, which escapes whatever people wrote.
    content.replaceChildren(drawn.content);
    // The server knows times in UTC; the reader has a zone.
    for (const time of content.querySelectorAll("time")) {
      const { lang } = document.documentElement;
      const local = (style, clock) => new Date(time.dateTime).toLocaleString(lang, { dateStyle: style, timeStyle: clock });
      if (time.closest(".search")) time.textContent = local("medium", "short");
      else time.prepend(local("long", "long"), " · ");
    }
    // Only the room knows the hue that tells a person from the neighbours.
    const [seal, worn] = [content, opener.closest("li")].map((place) => place?.querySelector(".seal"));
    if (seal && worn) seal.className = worn.className.replace(" seal--small", "");
    const zone = content.querySelector("[name=zone]");
    if (zone) {
      zone.value = -new Date().getTimezoneOffset();
      zone.form.nextElementSibling.remove();
    }
    dataset.state = state;
    content.querySelector("[type=search]")?.focus();
  };
  addEventListener("click", (event) => {
    const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (target.id === "panel-again") return fill(asked);
    const link = target.closest("a[data-panel]");
    if (!link || button || ctrlKey || metaKey || shiftKey || altKey || !panel().showModal) return;
    event.preventDefault();
    opener = link;
    // A panel may lead to another one.
    if (!panel().open) {
      history[history.state === "drawer" ? "replaceState" : "pushState"](ENTRY, "");
      panel().showModal();
    }
    fill(link.href);
  });
  // A form in a panel is answered there.
  addEventListener("submit", (event) => {
    const { target } = event;
    if (!target.matches("#panel form[data-panel]")) return;
    event.preventDefault();
    fill(`${target.action}?${new URLSearchParams(new FormData(target))}`);
  });
  addEventListener("close", ({ target }) => {
    if (target !== panel()) return;
    wishes++;
    if (history.state === ENTRY) history.back();
    // The browser gives the focus back, but not into a drawer that it closed.
    if (!opener.checkVisibility()) document.querySelector(`[popovertarget="${opener.closest("[popover]")?.id}"]`)?.focus();
  }, true);
  addEventListener("popstate", () => {
    if (history.state !== ENTRY) panel().close();
  });
}
