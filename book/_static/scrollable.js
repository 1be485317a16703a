// What is wider than the screen scrolls, so the keyboard must reach it (WCAG 2.1.1). What is not
// should be no stop on the way.
(() => {
  const mark = () => {
    for (const box of document.querySelectorAll(".scrollable, .pst-scrollable-table-container")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", mark);
  mark();
})();
