import type { Handlers } from "./table";
import type { ReceiptStore } from "../receipts";

type ReceiptCall = "receipts.list" | "receipts.remove";

export function receiptHandlers(receipts: ReceiptStore): Pick<Handlers, ReceiptCall> {
  return {
    "receipts.list": () => receipts.list(),
    "receipts.remove": ({ id }) => receipts.remove(id),
  };
}
