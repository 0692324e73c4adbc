import { AlertDialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button";
import { modal, overlay } from "./dialog";

type Props = {
  trigger: ReactNode;
  title: string;
  description: string;
  cancel: string;
  confirm: string;
  onConfirm: () => void;
};

/** Asks once more before something that cannot be taken back. */
export function AlertDialog({ trigger, title, description, cancel, confirm, onConfirm }: Props) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Overlay className={overlay} />
        <Primitive.Content className={modal}>
          <Primitive.Title className="text-base font-semibold">{title}</Primitive.Title>
          <Primitive.Description className="text-muted-foreground text-sm">
            {description}
          </Primitive.Description>
          <div className="flex justify-end gap-2">
            <Primitive.Cancel asChild>
              <Button>{cancel}</Button>
            </Primitive.Cancel>
            <Primitive.Action asChild>
              <Button variant="danger" onClick={onConfirm}>
                {confirm}
              </Button>
            </Primitive.Action>
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
