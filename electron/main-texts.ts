import en from "./text/en.json";
import vi from "./text/vi.json";
import zhCn from "./text/zh-CN.json";
import type { Language } from "../shared/model/language";

/** What the menu and the desktop's own dialogs say; `&` stands before a menu item's key. */
export type MainTexts = typeof en;

/** The texts of each language. */
export const mainTexts: Readonly<Record<Language, MainTexts>> = { en, vi, "zh-CN": zhCn };
