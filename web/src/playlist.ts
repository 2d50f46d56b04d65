// One's own playlist: its videos are put in order.
import { sendOrder, wireOrder } from "./parts/order";

const list = document.querySelector<HTMLElement>("[data-order-list]");
const url = list?.dataset["orderUrl"];
const play = document.querySelector<HTMLAnchorElement>("[data-play-list]");

if (list && url) {
  wireOrder(list, (names) => {
    void sendOrder(url, names);
    // What is first now is where playing begins.
    if (play && names[0]) play.pathname = `/watch/${names[0]}`;
    const items = [...list.querySelectorAll<HTMLElement>("[data-item]")];
    items.forEach((item, place) => {
      item.querySelector<HTMLButtonElement>("[formaction$='/up']")?.toggleAttribute("disabled", place === 0);
      item.querySelector<HTMLButtonElement>("[formaction$='/down']")?.toggleAttribute("disabled", place === items.length - 1);
    });
  });
}
