// A formula wider than the screen scrolls, so the keyboard must reach it (WCAG 2.1.1). One that is
// not should be no stop on the way. The theme does the same for tables and code.
(() => {
  const mark = () => {
    for (const formula of document.querySelectorAll("div.math")) {
      if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", mark);
  document.fonts.ready.then(mark);
})();
