import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Toaster as Sonner } from "sonner";
import { cn } from "@/lib/cn";
import { buttonVariants } from "./ui/button";

/** Long enough to read the sentence and to reach for Undo (milliseconds). */
const SHOWN_FOR = 8_000;

/** Where `toast` of sonner shows its messages, in the colours of the page's theme. */
export function Toaster() {
  const { t } = useTranslation();
  return (
    <Sonner
      containerAriaLabel={t("common.notification")}
      duration={SHOWN_FOR}
      expand
      closeButton
      offset={16}
      mobileOffset={16}
      className="bottom-20! md:bottom-4!"
      icons={{
        success: <CircleCheck aria-hidden className="text-success size-4" />,
        error: <CircleAlert aria-hidden className="text-danger size-4" />,
        close: <X aria-hidden />,
      }}
      toastOptions={{
        unstyled: true,
        closeButtonAriaLabel: t("common.close"),
        classNames: {
          toast:
            "border-border bg-surface focus-visible:outline-ring! focus-visible:outline-2! flex w-full items-center gap-2.5 rounded-xl border py-2 pr-2 pl-3.5 font-sans text-sm shadow-lg data-[visible=false]:invisible",
          content: "min-w-0 flex-1 py-1",
          actionButton: buttonVariants({ size: "sm" }),
          closeButton: cn(buttonVariants({ variant: "ghost", size: "icon-sm" }), "order-last"),
        },
      }}
    />
  );
}
