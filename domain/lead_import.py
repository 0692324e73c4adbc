"""The import aggregate: leads taken from one file, as one act that can be taken back."""

from uuid import UUID, uuid5

from domain.aggregate import Aggregate, AggregateCreated


class LeadImport(Aggregate):
    """That leads were imported. What it did to each of them carries its `import_id` as correlation id."""

    TOPIC = "lead_import"

    class Event(Aggregate.Event):
        pass

    class Begun(Event, AggregateCreated):
        TOPIC = "lead_import.begun"
        creator_id: str
        import_id: UUID
        rows: int

    class Reverted(Event):
        TOPIC = "lead_import.reverted"
        revert_id: UUID

        def apply(self, lead_import: "LeadImport") -> None:
            lead_import.reverts.add(self.revert_id)

    @staticmethod
    def create_id(namespace: UUID, creator_id: str, import_id: UUID) -> UUID:
        return uuid5(namespace, f"import/{creator_id}/{import_id}")

    @classmethod
    def begin(cls, namespace: UUID, creator_id: str, import_id: UUID, rows: int) -> "LeadImport":
        return cls._create(
            cls.Begun,
            id=cls.create_id(namespace, creator_id, import_id),
            creator_id=creator_id,
            import_id=import_id,
            rows=rows,
        )

    def __init__(self, creator_id: str, import_id: UUID) -> None:
        self.creator_id = creator_id
        self.import_id = import_id
        self.reverts: set[UUID] = set()

    def owners(self) -> dict[str, str]:
        return {"creator_id": self.creator_id}

    def revert(self, revert_id: UUID) -> None:
        """Something of the import is taken back, by whatever carries this correlation id."""
        if revert_id not in self.reverts:
            self.trigger_event(self.Reverted, revert_id=revert_id)
