// A reader chooses before looking: the choice is kept on this device, and opens what follows.
// Without this script the choices are a list, and what follows opens by a click.
(() => {
  const page = location.pathname.split("/").pop();
  const kept = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, words) => { try { localStorage.setItem(key, words); } catch { /* not allowed */ } },
  };

  const ask = (fold) => {
    const question = document.getElementById(`predict-${fold.dataset.prediction}`);
    const key = `predict:${page}:${fold.dataset.prediction}`;
    const said = document.createElement("p");
    said.className = "said";
    const answer = (words) => {
      said.textContent = `You predicted: ${words}`;
      if (!said.isConnected) fold.querySelector("summary").after(said);
      kept.set(key, words);
      fold.open = true;
    };
    const before = kept.get(key);

    // Buttons, not radio buttons: those answer as soon as an arrow key passes over them.
    const buttons = [...question.querySelectorAll("ul.choices > li")].map((item) => {
      const words = item.textContent.trim();
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-label", words); // a formula in it is read as its text
      button.setAttribute("aria-pressed", words === before);
      button.append(...item.childNodes);
      item.append(button);
      button.onclick = () => {
        for (const other of buttons) other.setAttribute("aria-pressed", other === button);
        answer(words);
      };
      return button;
    });
    for (const blank of question.querySelectorAll("code")) {
      if (!/^_+$/.test(blank.textContent)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "text", inputMode: "decimal", size: 8, value: before ?? "" });
      field.setAttribute("aria-label", "Your number");
      field.onchange = () => { if (field.value.trim()) answer(field.value.trim()); };
      blank.replaceWith(field);
    }
    if (before !== null) answer(before);
  };
  document.querySelectorAll("details.predicted").forEach(ask);

  // Paper shows everything.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:is(.predicted, .deeper):not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => { for (const fold of closed) fold.open = false; });

  // A link from the side leads into a fold, or to a section that is one.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
    const deeper = target?.querySelector(":scope > details.deeper");
    if (deeper) deeper.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
