// htmx as the shell leaves it on the window, for the pieces that are built apart from it.
import type htmx from "htmx.org";

export type Htmx = typeof htmx;

declare global {
  interface Window {
    htmx: Htmx;
  }
}
