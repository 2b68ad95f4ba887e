// What people expect of any page in a browser. It works before the page is alive, and costs the WebAssembly nothing.
{
  // Back closes an open drawer: that has an entry of its own in the history, "drawer". One that is closed by other means
  // takes its entry along, and a room that is opened from it takes the place of the entry (`client::navigation`). The other
  // drawer may open before the entry of this one is gone: then it is that one's.
  const drawer = () => document.querySelector(".side:popover-open");
  const enter = () => history.state === "drawer" || history.pushState("drawer", "");
  let leaves = false;
  addEventListener("toggle", ({ target }) => {
    if (!target.popover || leaves) return;
    if (drawer()) enter();
    else if (history.state === "drawer") {
      leaves = true;
      history.back();
    }
  }, true);
  addEventListener("popstate", () => {
    if (!leaves) drawer()?.hidePopover();
    else if (drawer()) enter();
    leaves = false;
  });

  // Whoever had the focus on something that is drawn anew or taken away goes on where the work goes on: at the same link,
  // at the same reaction or beside it, in the conversation, at what unfolds, or where one writes. A press of the pointer on
  // nothing is no such loss.
  let last, home, mark;
  addEventListener("pointerdown", () => { last = null; }, true);
  addEventListener("focusin", ({ target }) => {
    last = target;
    home = last.closest(".side, .timeline");
    mark = last.getAttribute("href") ?? (last.name === "reaction" && last.value);
  });
  // A reaction that was pressed asks for the opposite when it is drawn anew.
  const again = (mark) => {
    const find = (name, value) => home.querySelector(`[${name}="${CSS.escape(value)}"]`);
    const [, message, , emoji] = /^(\d+)(.)?(.*)$/u.exec(mark) ?? [];
    return message
      ? find("value", `${message}-${emoji}`) ?? find("value", `${message}+${emoji}`) ?? find("value", message)
      : find("href", mark);
  };
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    const same = mark && home && again(mark);
    const next = home && (home.id === "messages" ? home : home.querySelector("summary"));
    const field = document.getElementById("composer");
    // Keys that were meant for a message do not go on in the field of a nickname, and a touch opens no keyboard.
    const mayWrite = field?.localName === "textarea" || last.localName !== "textarea";
    const rest = mayWrite && !matchMedia("(pointer: coarse)").matches ? field : document.getElementById("messages");
    last = null;
    (same || next || rest)?.focus({ preventScroll: true });
  }).observe(document, { childList: true, subtree: true });

  // Enter sends or starts a new line, as the reader chose for this browser. Until they choose it sends, except where the
  // keyboard is on the screen, which has no Shift that goes with Enter. 229 is a key that an input method took (UI Events,
  // 7.3.1): some browsers end the composition before they say so.
  const { dataset } = document.documentElement;
  const KEPT = "teahouse_enter";
  dataset.enter = matchMedia("(pointer: coarse)").matches ? "line" : "send";
  try {
    dataset.enter = localStorage.getItem(KEPT) ?? dataset.enter;
  } catch {}
  addEventListener("click", ({ target }) => {
    if (!target.closest(".composer__keys")) return;
    dataset.enter = dataset.enter === "send" ? "line" : "send";
    try {
      localStorage.setItem(KEPT, dataset.enter);
    } catch {}
    document.getElementById("composer").focus();
  });
  addEventListener("keydown", (event) => {
    const { target, key, shiftKey, ctrlKey, metaKey, isComposing, keyCode } = event;
    if (key !== "Enter" || target.localName !== "textarea" || shiftKey || isComposing || keyCode === 229) return;
    if (!("hydrated" in dataset) || !(ctrlKey || metaKey || dataset.enter === "send")) return;
    event.preventDefault();
    target.form.requestSubmit();
  });

  // Ctrl+B, Ctrl+I and Ctrl+K (Command on a Mac, where Ctrl moves the caret) mark what is selected: bold, italic, a link.
  // What is marked already loses its marks. It is typed, so that it can be undone and the page hears of it.
  const isMac = /Mac|iP/.test(navigator.platform);
  const typeOver = (field, from, to, text, caret) => {
    field.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.setSelectionRange(...caret);
  };
  addEventListener("keydown", (event) => {
    const { target: field, ctrlKey, metaKey, shiftKey, altKey, isComposing } = event;
    const key = event.key?.toLowerCase();
    if (field.id !== "composer" || isComposing || shiftKey || altKey || !(isMac ? metaKey : ctrlKey)) return;
    if (!["b", "i", "k"].includes(key)) return;
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = field;
    const chosen = value.slice(selectionStart, selectionEnd);
    // A mark beside a space is text.
    const from = selectionStart + (chosen.trim() && chosen.length - chosen.trimStart().length);
    const text = chosen.trim();
    const to = from + text.length;
    if (key === "k") {
      const isAddress = /^(https?|mailto):\S+$/.test(text);
      const link = isAddress ? `[](${text})` : `[${text}]()`;
      const caret = from + (isAddress || !text ? 1 : link.length - 1);
      return typeOver(field, from, to, link, [caret, caret]);
    }
    const mark = key === "b" ? "**" : "*";
    const stars = Math.min(/\**$/.exec(value.slice(0, from))[0].length, /^\**/.exec(value.slice(to))[0].length);
    const isMarked = key === "b" ? stars > 1 : stars % 2;
    const width = mark.length;
    if (isMarked) typeOver(field, from - width, to + width, text, [from - width, to - width]);
    else typeOver(field, from, to, mark + text + mark, [from + width, to + width]);
  });

  // A quote leads to its message where that is on the page, and Back leads from there to the quote again. Elsewhere its link
  // leads to a page that holds it.
  const jumps = {};
  let jumped;
  addEventListener("click", (event) => {
    const quote = event.target.closest(".message__quote");
    const message = quote && document.getElementById(quote.hash.slice(1));
    if (!message || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    jumps[quote.hash] = quote.closest(".message").id;
    jumped = location.hash !== quote.hash;
    location.hash = quote.hash;
    message.tabIndex = -1;
    message.scrollIntoView({ block: "center" });
    message.focus({ preventScroll: true });
  });
  addEventListener("hashchange", ({ oldURL }) => {
    const reply = document.getElementById(jumps[new URL(oldURL).hash]);
    if (!jumped) reply?.querySelector(".message__quote")?.focus();
    jumped = false;
  });

  // The message that the address names is marked, also when its row is drawn anew. Where only the path names it, as people share
  // it (`/r/{room}/{seq}`), the place on the page is added, which shows it.
  let named;
  const nameMessage = () => {
    const { hash } = location;
    if (!hash && !named) return;
    const row = document.getElementById(hash.slice(1));
    const message = row?.classList.contains("message") ? row : null;
    if (message === named) return;
    named?.removeAttribute("aria-current");
    message?.setAttribute("aria-current", "true");
    named = message;
  };
  addEventListener("DOMContentLoaded", () => {
    const place = `m${/^\/r\/[^/]+\/(\d+)$/.exec(location.pathname)?.[1]}`;
    if (!location.hash && document.getElementById(place)) location.replace(`#${place}`);
    nameMessage();
    // A reload goes back to where the page was scrolled, and the conversation scrolls by itself.
    named?.scrollIntoView();
    new MutationObserver(nameMessage).observe(document.body, { childList: true, subtree: true });
  });
  addEventListener("hashchange", nameMessage);

  // The line above what is new leads there from the edge where it stays: to the first message behind it.
  addEventListener("click", ({ target }) => {
    const first = target.closest(".new-line__label")?.parentNode.nextElementSibling;
    if (!first) return;
    first.tabIndex = -1;
    first.scrollIntoView({ block: "center" });
    first.focus({ preventScroll: true });
  });

  // The picture of the tab tells of what is unread as its title does.
  new MutationObserver(() => {
    const name = /^\(\d/.test(document.title) ? "/favicon-unread.svg" : "/favicon.svg";
    const icon = document.querySelector("link[rel=icon]");
    if (icon.getAttribute("href") !== name) icon.href = name;
  }).observe(document.querySelector("title"), { childList: true });

  // A message is replied to by R while it or something in it has the focus, and by a swipe. A question mark lists the
  // shortcuts.
  const reply = (row) => row?.querySelector(".reactions__reply");
  addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || target.closest("textarea, input, dialog")) return;
    const shortcuts = key === "?" && document.getElementById("shortcuts");
    const button = shortcuts || (key?.toLowerCase() === "r" && reply(target.closest(".message")));
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  const SWIPE_PX = 64;
  let swipe;
  const slide = (x) => { swipe.row.style.translate = x > 8 ? `${x}px` : ""; };
  addEventListener("pointerdown", ({ target, pointerType, isPrimary, clientX }) => {
    const row = pointerType === "touch" && isPrimary ? target.closest(".message") : null;
    swipe = reply(row) && { row, from: clientX, x: 0 };
  });
  addEventListener("pointermove", ({ clientX }) => {
    if (!swipe) return;
    swipe.x = Math.min(clientX - swipe.from, SWIPE_PX);
    slide(swipe.x);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      if (!swipe) return;
      slide(0);
      if (end === "pointerup" && swipe.x === SWIPE_PX) reply(swipe.row)?.click();
      swipe = null;
    });
  }

  // Unfolding a tall text keeps its beginning in place, folding it keeps its end: the conversation is scrolled from its
  // end, so its beginning would move.
  addEventListener("click", ({ target }) => {
    const fold = target.closest(".message__fold");
    if (!fold) return;
    const mark = fold.open ? fold : fold.parentNode;
    const top = () => mark.getBoundingClientRect().top;
    const before = top();
    requestAnimationFrame(() => { document.getElementById("messages").scrollTop += top() - before; });
  });
}
