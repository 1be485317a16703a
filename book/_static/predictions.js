// Lists what a reader has predicted, from what predict.js keeps on this device.
(() => {
  const box = document.getElementById("predictions");
  if (!box) return;
  const OURS = /^(predict|read):/;
  const keys = () => {
    try { return Object.keys(localStorage).filter((key) => OURS.test(key)); } catch { return []; }
  };
  const element = (name, attributes, ...children) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children);
    return made;
  };
  const table = (heads, rows) => element("div", { className: "pst-scrollable-table-container", tabIndex: 0 },
    element("table", { className: "table" },
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows.map((row) =>
        element("tr", {}, ...row.map((cell) => element("td", {}, cell)))))));
  const percent = (part, whole) => `${Math.round((100 * part) / whole)} %`;
  const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

  const predictions = () => keys().filter((key) => key.startsWith("predict:")).flatMap((key) => {
    try {
      const [, page, id] = key.split(":");
      const { lesson, asked, place, said, sure, right } = JSON.parse(localStorage.getItem(key));
      return [{ page, id, lesson, asked, place, said: said.join("; "), sure, right }];
    } catch {
      return []; // not ours, or of another form
    }
  }).sort((a, b) => a.page.localeCompare(b.page) || a.place - b.place);

  const calibration = (all) => {
    const judged = all.filter(({ right }) => right !== null);
    const right = judged.filter((it) => it.right);
    const sure = judged.filter((it) => it.sure);
    const parts = [element("p", {}, judged.length
      ? `${count(all.length, "prediction")}. Of the ${judged.length} that you judged, ${right.length} `
        + `came true: ${percent(right.length, judged.length)}.`
      : `${count(all.length, "prediction")}, none judged yet: below what happened, say whether you were right.`)];
    if (sure.length) {
      const levels = [...new Set(sure.map((it) => it.sure))].sort((a, b) => a - b);
      const mean = sure.reduce((sum, it) => sum + it.sure, 0) / sure.length;
      const true_ = sure.filter((it) => it.right).length;
      parts.push(
        element("h2", {}, "How well calibrated they are"),
        element("p", {}, `You were ${Math.round(mean)} % sure on average, and ${percent(true_, sure.length)} `
          + "came true. The nearer the two, in each row as well, the better you know what you know. "
          + "In a row with few predictions chance decides."),
        table(["You were sure to", "Predictions", "Came true"], levels.map((level) => {
          const these = sure.filter((it) => it.sure === level);
          const true_ = these.filter((it) => it.right).length;
          return [`${level} %`, these.length, `${true_}, that is ${percent(true_, these.length)}`];
        })));
    }
    return parts;
  };

  const save = () => {
    const content = JSON.stringify(predictions(), null, 2);
    const href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    element("a", { href, download: "predictions.json" }).click();
    URL.revokeObjectURL(href);
  };
  const erase = () => {
    if (!confirm("Erase your predictions, and the marks of what you have read, from this browser?")) return;
    for (const key of keys()) localStorage.removeItem(key);
    for (const tick of document.querySelectorAll(".read")) tick.remove();
    show();
  };

  const show = () => {
    const all = predictions();
    const buttons = element("p", { className: "judge" },
      element("button", { type: "button", onclick: save }, "Save as a file"), " ",
      element("button", { type: "button", onclick: erase }, "Erase all"));
    const status = (text) => Object.assign(element("p", {}, text), { role: "status" });
    if (!all.length) {
      box.replaceChildren(status("There are none yet."), ...(keys().length ? [buttons] : []));
      return;
    }
    const rows = all.map(({ page, id, lesson, asked, said, sure, right }) => [
      element("a", { href: `../notebooks/${page}#predict-${id}` }, `${page.split("_")[0]} ${lesson}`),
      asked, said, sure ? `${sure} %` : "–", right === null ? "–" : right ? "yes" : "no",
    ]);
    box.replaceChildren(...calibration(all), buttons, element("h2", {}, "All of them"),
      table(["Lesson", "Question", "You said", "Sure", "Right"], rows));
  };
  show();
})();
