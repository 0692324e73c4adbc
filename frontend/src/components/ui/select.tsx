import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** The platform's own select: on a telephone nothing is easier to use. */
export function Select({ className, ...props }: ComponentProps<"select">) {
  return (
    <span className="relative block">
      <select
        className={cn(
          "border-input/60 bg-surface h-9 w-full appearance-none rounded-lg border pr-8 pl-3 text-base md:text-sm",
          className,
        )}
        {...props}
      />
      <ChevronDown
        aria-hidden
        className="text-muted-foreground pointer-events-none absolute top-2.5 right-2.5 size-4"
      />
    </span>
  );
}
