// A reader predicts before looking, says how sure they are, and afterwards whether they were right.
// All of it is kept on this device; book/predictions lists it. Without this script the choices are a
// list, and what follows opens by a click.
(() => {
  const page = location.pathname.split("/").pop();
  const kept = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => {
      try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* not allowed */ }
    },
  };
  const element = (name, attributes, ...children) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children);
    return made;
  };
  const buttonOf = (label, pressed, onclick, ...children) => {
    const button = element("button", { type: "button", onclick }, ...children);
    button.setAttribute("aria-label", label); // a formula in it is read as its text
    button.setAttribute("aria-pressed", pressed);
    return button;
  };
  const press = (buttons, chosen) => {
    for (const button of buttons) button.setAttribute("aria-pressed", button === chosen);
  };

  const ask = (fold, place) => {
    const question = document.getElementById(`predict-${fold.dataset.prediction}`);
    const key = `predict:${page}:${fold.dataset.prediction}`;
    const answers = [...document.querySelectorAll(".predict, details.answer")];
    const answer = answers[answers.indexOf(question) + 1];
    const asked = [...question.querySelectorAll("p:not(li p)")].map((p) => p.textContent).join(" ");
    const mine = {
      said: [], sure: null, right: null, ...kept.get(key),
      lesson: document.querySelector("h1").firstChild.textContent.split(":")[0],
      asked: asked.replace(/^Predict\.|_{2,}/g, "").replace(/\s+/g, " ").trim(),
      place,
    };
    const said = element("p", { className: "said" });

    // Whether it was right only the reader can tell: the answer is a text.
    const verdicts = [[true, "Yes"], [false, "No"]].map(([right, label]) =>
      buttonOf(label, mine.right === right, ({ currentTarget }) => {
        mine.right = right;
        press(verdicts, currentTarget);
        kept.set(key, mine);
      }, label));
    const again = element("q");
    const judge = element("div", { className: "judge" }, "You said ", again, ". Were you right? ",
      verdicts[0], " ", verdicts[1], " ",
      element("a", { href: "../book/predictions.html" }, "All your predictions"));
    judge.setAttribute("role", "group");
    judge.setAttribute("aria-label", "Were you right?");

    let parts = 0;
    const show = () => {
      const sure = mine.sure === null ? "" : `, ${mine.sure} % sure`;
      again.textContent = mine.said.join("; ");
      said.textContent = `You predicted: ${mine.said.join("; ")}${sure}`;
      fold.querySelector("summary").after(said);
      if (answer?.matches("details.answer")) answer.append(judge);
      fold.open = true;
    };
    const complete = () => [...Array(parts).keys()].every((part) => mine.said[part]);
    const say = (part, words) => {
      if (mine.said[part] !== words) {
        mine.right = null; // what was said of another prediction
        press(verdicts, null);
      }
      mine.said[part] = words;
      kept.set(key, mine);
      if (complete()) show();
    };

    // Buttons, not radio buttons: those answer as soon as an arrow key passes over them.
    for (const list of question.querySelectorAll("ul.choices")) {
      const part = parts++;
      const buttons = [...list.children].map((item) => {
        const words = item.textContent.trim();
        const button = buttonOf(words, words === mine.said[part], () => {
          press(buttons, button);
          say(part, words);
        }, ...item.childNodes);
        item.append(button);
        return button;
      });
    }
    for (const blank of question.querySelectorAll("code")) {
      if (!/^_+$/.test(blank.textContent)) continue;
      const part = parts++;
      const field = element("input", {
        type: "text", inputMode: "decimal", size: 8, value: mine.said[part] ?? "",
      });
      field.setAttribute("aria-label", "Your number");
      field.onchange = () => { if (field.value.trim()) say(part, field.value.trim()); };
      blank.replaceWith(field);
    }
    const sure = element("select", {
      onchange: () => {
        mine.sure = Number(sure.value) || null;
        if (complete()) { kept.set(key, mine); show(); }
      },
    }, element("option", { value: "" }, "–"), ...[30, 50, 70, 90].map((percent) =>
      element("option", { value: percent, selected: mine.sure === percent }, `${percent} %`)));
    question.querySelector("p").after(
      element("p", { className: "sure" }, element("label", {}, "How sure are you? ", sure)));
    if (complete()) show();
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
