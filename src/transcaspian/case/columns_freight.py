"""Tables of `freight/`.

A *layer* is the part of the network that one kind of vehicle moves on: `rail_1520`, `rail_1435`,
`road`, `sea`, `ferry`, `pipeline`. Links lie inside a layer; terminals join layers at a node or
stand in the way of all traffic of a layer (a border).
"""

from transcaspian.case.columns import YEAR, Column, Table

FORMS = ("container", "bulk", "truck", "liquid")
CAPACITY_UNITS = ("t", "teu")

TABLES = (
    Table(
        "freight/layers",
        ("layer",),
        (
            Column("layer", "text", "Layer of the network, for example rail_1520."),
            Column("name", "text", "Name for people."),
            Column("mode", "text", "Mode.", choices=("rail", "road", "sea", "ferry", "pipeline")),
            Column("co2_kg_per_t_km", "float", "Carbon dioxide per tonne-kilometre.", unit="kg/t-km", minimum=0.0),
            Column("operating_cost_share", "float", "Resource cost of carriage over the tariff charged; the rest is the carrier's margin.", unit="-", minimum=0.0, maximum=2.0),
            Column("delay_alpha", "float", "BPR: time grows by this share at capacity.", unit="-", default=0.5, minimum=0.0),
            Column("delay_beta", "float", "BPR: exponent.", unit="-", default=4.0, minimum=1.0),
        ),
        "Layers of the multimodal network.",
    ),
    Table(
        "freight/nodes",
        ("node",),
        (
            Column("node", "text", "Place."),
            Column("name", "text", "Name for people."),
            Column("country", "text", "Country.", references="economy/countries.country"),
            Column("kind", "text", "City, port, border or junction.", choices=("seaport", "border", "rail_hub", "rail_junction", "oil_terminal")),
            Column("lat", "float", "Latitude.", unit="deg", minimum=-90, maximum=90),
            Column("lon", "float", "Longitude.", unit="deg", minimum=-180, maximum=180),
        ),
        "Places of the freight network.",
    ),
    Table(
        "freight/links",
        ("link",),
        (
            Column("link", "text", "Stretch between two places, usable both ways."),
            Column("node0", "text", "One end.", references="freight/nodes.node"),
            Column("node1", "text", "The other end.", references="freight/nodes.node"),
            Column("layer", "text", "Layer.", references="freight/layers.layer"),
            Column("forms", "text", "Forms of cargo that can use it.", list_of=True, choices=FORMS),
            Column("country", "text", "Country of the operator that earns the tariff.", references="economy/countries.country"),
            Column("time_h", "float", "Time without queue, headway wait included.", unit="h", minimum=0.0),
            Column("tariff_usd_per_teu_km", "float", "Charge on a laden TEU.", unit="USD/TEU-km", default=0.0, minimum=0.0),
            Column("tariff_usd_per_t_km", "float", "Charge on a tonne that is not in a container.", unit="USD/t-km", default=0.0, minimum=0.0),
            Column("fixed_cost_usd_per_teu", "float", "Charge per TEU whatever the distance.", unit="USD/TEU", default=0.0, minimum=0.0),
            Column("fixed_cost_usd_per_t", "float", "Charge per tonne whatever the distance.", unit="USD/t", default=0.0, minimum=0.0),
            Column("capacity_unit", "text", "What the capacity counts.", choices=CAPACITY_UNITS, default="t"),
            Column("route", "text", "Main route that a path using this link belongs to; empty for feeder links.", references="freight/routes.route", required=False),
        ),
        "The network inside each layer. Charges and times are equal both ways.",
    ),
    Table(
        "freight/link_lengths",
        ("link",),
        (
            Column("link", "text", "Link.", references="freight/links.link"),
            Column("distance_km", "float", "Length.", unit="km", minimum=0.0),
            Column("method", "text", "How it was measured."),
        ),
        "Lengths; those measured on OpenStreetMap are under the ODbL, hence a table of its own.",
    ),
    Table(
        "freight/link_years",
        ("link", "year"),
        (
            Column("link", "text", "Link.", references="freight/links.link"),
            YEAR,
            Column("is_open", "bool", "Can it be used?", default=True),
            Column("capacity", "float", "Of the whole line per direction; empty for unlimited.", unit="kt/a or 1000 TEU/a", required=False, minimum=0.0),
            Column("background", "float", "Traffic per direction that is not assigned by the model.", unit="kt/a or 1000 TEU/a", default=0.0, minimum=0.0),
        ),
        "What changes by year.",
        yearly_of="freight/links",
    ),
    Table(
        "freight/terminals",
        ("terminal",),
        (
            Column("terminal", "text", "Transfer or border."),
            Column("node", "text", "Place.", references="freight/nodes.node"),
            Column("kind", "text", "What happens there.", choices=("port", "transfer", "gauge_change", "border")),
            Column("layer0", "text", "From layer (and back).", references="freight/layers.layer"),
            Column("layer1", "text", "To layer; the same as layer0 for a border.", references="freight/layers.layer"),
            Column("forms", "text", "Forms of cargo that can use it.", list_of=True, choices=FORMS),
            Column("country", "text", "Country that earns the charge.", references="economy/countries.country"),
            Column("time_h", "float", "Time without queue.", unit="h", minimum=0.0),
            Column("cost_usd_per_teu", "float", "Charge per laden TEU.", unit="USD/TEU", default=0.0, minimum=0.0),
            Column("cost_usd_per_t", "float", "Charge per tonne not in a container.", unit="USD/t", default=0.0, minimum=0.0),
            Column("capacity_unit", "text", "What the capacity counts.", choices=CAPACITY_UNITS, default="t"),
            Column("capacity_group", "text", "Terminals of one node that share one capacity and its queue; empty for its own.", required=False),
        ),
        "Ports, transfers, gauge changes and borders.",
    ),
    Table(
        "freight/terminal_years",
        ("terminal", "year"),
        (
            Column("terminal", "text", "Terminal.", references="freight/terminals.terminal"),
            YEAR,
            Column("capacity", "float", "Both ways together; empty for unlimited.", unit="kt/a or 1000 TEU/a", required=False, minimum=0.0),
            Column("background", "float", "Traffic both ways that is not assigned by the model.", unit="kt/a or 1000 TEU/a", default=0.0, minimum=0.0),
        ),
        "What changes by year.",
        yearly_of="freight/terminals",
    ),
    Table(
        "freight/commodities",
        ("commodity",),
        (
            Column("commodity", "text", "Commodity group."),
            Column("name", "text", "Name for people."),
            Column("value_usd_per_t", "float", "Value of the goods.", unit="USD/t", minimum=0.0),
            Column("value_of_time_usd_per_t_h", "float", "What an hour less is worth.", unit="USD/t-h", minimum=0.0),
            Column("t_per_teu", "float", "Net load of a laden TEU.", unit="t/TEU", minimum=1.0),
            Column("logit_scale_per_usd", "float", "Scale of path choice: 1 over the spread of unseen cost.", unit="t/USD", minimum=1e-6),
            Column("gross_per_net", "float", "Tonnes that ports count (with wagon, truck or box) over net tonnes, bulk form.", unit="-", default=1.0, minimum=1.0),
        ),
        "Commodity groups, crude oil apart.",
    ),
    Table(
        "freight/routes",
        ("route",),
        (
            Column("route", "text", "Main route: a nest of path choice."),
            Column("name", "text", "Name for people."),
            Column("priority", "int", "A path over links of several routes belongs to the smallest number."),
        ),
        "Main routes between which shippers choose.",
    ),
    Table(
        "freight/route_constants",
        ("route", "form", "commodity"),
        (
            Column("route", "text", "Route.", references="freight/routes.route"),
            Column("form", "text", "Form of cargo, or *.", choices=(*FORMS, "*")),
            Column("commodity", "text", "Commodity, or *."),
            Column("usd_per_t", "float", "Cost that tariffs and times do not show (contracts, risk, habit), from calibration.", unit="USD/t"),
        ),
        "Alternative-specific constants. The most specific row holds.",
    ),
    Table(
        "freight/zones",
        ("zone", "node", "form"),
        (
            Column("zone", "text", "Origin or destination of demand: a country or group."),
            Column("node", "text", "Place where its cargo enters the network.", references="freight/nodes.node"),
            Column("form", "text", "Form of cargo, or *.", choices=(*FORMS, "*")),
            Column("weight", "float", "Share of the zone's cargo; the weights of a zone and form add up to 1.", unit="-", minimum=0.0, maximum=1.0),
        ),
        "Where the demand of a zone enters the network.",
    ),
    Table(
        "freight/demand",
        ("demand",),
        (
            Column("demand", "text", "Name of the flow."),
            Column("origin", "text", "Zone it comes from."),
            Column("destination", "text", "Zone it goes to."),
            Column("commodity", "text", "Commodity.", references="freight/commodities.commodity"),
            Column("form", "text", "Form of cargo.", choices=FORMS),
        ),
        "Origin-destination flows.",
    ),
    Table(
        "freight/demand_years",
        ("demand", "year"),
        (
            Column("demand", "text", "Flow.", references="freight/demand.demand"),
            YEAR,
            Column("tonnes", "float", "Net cargo.", unit="t/a", minimum=0.0),
        ),
        "Tonnes by year.",
        yearly_of="freight/demand",
    ),
    Table(
        "freight/pipelines",
        ("pipeline", "year"),
        (
            Column("pipeline", "text", "Pipeline or tanker leg for oil that the corridor model does not assign."),
            YEAR,
            Column("name", "text", "Name for people."),
            Column("volume_mt", "float", "Oil carried.", unit="Mt/a", required=False, minimum=0.0),
            Column("capacity_mt", "float", "Capacity.", unit="Mt/a", required=False, minimum=0.0),
        ),
        "Oil pipelines beside the corridor, for context.",
    ),
    Table(
        "freight/observed",
        ("quantity", "year", "source"),
        (
            Column("quantity", "text", "What was counted, for example titr_total."),
            Column("name", "text", "Name for people, with its scope."),
            YEAR,
            Column("value", "float", "Published value."),
            Column("unit", "text", "Unit.", choices=("Mt", "TEU", "days", "USD/TEU")),
        ),
        "Published freight statistics, for comparison only.",
    ),
)
