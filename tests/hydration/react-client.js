import { createElement } from "react";
import { hydrateRoot } from "react-dom/client";
import { Page } from "./react-page.js";

hydrateRoot(document.getElementById("root"), createElement(Page, { story: window.__INITIAL_STATE__.story }));
