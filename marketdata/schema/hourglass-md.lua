-- Wireshark's dissector of Hourglass market data.
-- Made from hourglass-md.xml and tests/feed/dissector.lua: change those and have this written anew
-- (tests/README.md says how).
--
--   tshark -X lua_script:hourglass-md.lua -r capture.pcap -V
--
-- Packets are known by their bytes; ports can also be named in the preferences
-- (-o hourglass_md.udp_ports:PORTS, hourglass_md.tcp_ports).

local SCHEMA_ID = 18503

local values = {
  BookSide = {
    [0] = "Bid",
    [1] = "Offer",
  },
  DeleteReason = {
    [1] = "Cancelled",
    [2] = "MassCancelled",
    [3] = "ConnectionLost",
    [4] = "Expired",
    [5] = "Replaced",
    [6] = "SelfTrade",
    [7] = "Protection",
    [8] = "Halted",
    [9] = "ByOperator",
    [99] = "Other",
  },
  PriceKind = {
    [1] = "Mark",
    [2] = "Provisional",
    [3] = "FinalPrice",
  },
  ReduceReason = {
    [1] = "Replaced",
    [2] = "SelfTrade",
  },
  RetransmitRefusal = {
    [1] = "TooOld",
    [2] = "NotYet",
    [3] = "RateLimited",
    [4] = "UnknownChannel",
    [5] = "Malformed",
    [6] = "NotNumbered",
  },
  SecurityType = {
    [0] = "Unknown",
    [1] = "Spot",
    [2] = "Future",
    [3] = "FundShare",
    [4] = "Spread",
    [5] = "Index",
  },
  TradeType = {
    [0] = "Regular",
    [1] = "Auction",
    [2] = "Block",
    [3] = "ExchangeForPhysical",
    [4] = "ImpliedLeg",
    [5] = "SpreadLeg",
  },
  TradingStatusCode = {
    [1] = "Open",
    [2] = "Pause",
    [3] = "Halt",
    [4] = "Closed",
    [16] = "PreOpen",
    [17] = "PreOpenNoCancel",
    [18] = "OpeningAuction",
    [19] = "VolatilityAuction",
    [20] = "ClosingAuction",
    [21] = "PostClose",
    [22] = "Expired",
  },
}

local flags = {
  EventFlags = {
    [0] = "endOfEvent",
    [1] = "lastInInstrument",
    [2] = "startOfEvent",
  },
  OrderFlags = {
    [0] = "afterTrading",
    [1] = "newTranche",
  },
  PacketFlags = {
    [0] = "incremental",
    [1] = "snapshot",
    [2] = "retransmitted",
    [3] = "definitionCycle",
    [4] = "conflated",
  },
}

local packet_header = {
  { name = "seqNum", offset = 0, bytes = 8, kind = "number" },
  { name = "sendingTime", offset = 8, bytes = 8, kind = "number" },
  { name = "channelId", offset = 16, bytes = 2, kind = "number" },
  { name = "epoch", offset = 18, bytes = 2, kind = "number" },
  { name = "msgCount", offset = 20, bytes = 2, kind = "number" },
  { name = "flags", offset = 22, bytes = 1, kind = "flags", type = "PacketFlags" },
  { name = "headerVersion", offset = 23, bytes = 1, kind = "number" },
}

local frame_header = {
  { name = "frameLength", offset = 0, bytes = 2, kind = "number" },
  { name = "encodingType", offset = 2, bytes = 2, kind = "number" },
  { name = "blockLength", offset = 4, bytes = 2, kind = "number" },
  { name = "templateId", offset = 6, bytes = 2, kind = "number" },
  { name = "schemaId", offset = 8, bytes = 2, kind = "number" },
  { name = "version", offset = 10, bytes = 2, kind = "number" },
}

local messages = {
  [10] = {
    name = "OrderAdd",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "displayQty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "orderId", offset = 20, bytes = 8, kind = "number" },
      { name = "price", offset = 28, bytes = 8, kind = "price" },
      { name = "side", offset = 36, bytes = 1, kind = "value", type = "BookSide" },
      { name = "eventFlags", offset = 37, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "orderFlags", offset = 38, bytes = 1, kind = "flags", type = "OrderFlags" },
    },
  },
  [11] = {
    name = "OrderReduce",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "newDisplayQty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "orderId", offset = 20, bytes = 8, kind = "number" },
      { name = "side", offset = 28, bytes = 1, kind = "value", type = "BookSide" },
      { name = "eventFlags", offset = 29, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "reason", offset = 30, bytes = 1, kind = "value", type = "ReduceReason" },
    },
  },
  [12] = {
    name = "OrderDelete",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "deletedQty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "orderId", offset = 20, bytes = 8, kind = "number" },
      { name = "side", offset = 28, bytes = 1, kind = "value", type = "BookSide" },
      { name = "eventFlags", offset = 29, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "reason", offset = 30, bytes = 1, kind = "value", type = "DeleteReason" },
    },
  },
  [13] = {
    name = "OrderReplace",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "newDisplayQty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "orderId", offset = 20, bytes = 8, kind = "number" },
      { name = "newPrice", offset = 28, bytes = 8, kind = "price" },
      { name = "side", offset = 36, bytes = 1, kind = "value", type = "BookSide" },
      { name = "eventFlags", offset = 37, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "orderFlags", offset = 38, bytes = 1, kind = "flags", type = "OrderFlags" },
    },
  },
  [14] = {
    name = "OrderExecuted",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "execQty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "orderId", offset = 20, bytes = 8, kind = "number" },
      { name = "tradeId", offset = 28, bytes = 8, kind = "number" },
      { name = "leavesQty", offset = 36, bytes = 4, kind = "number" },
      { name = "side", offset = 40, bytes = 1, kind = "value", type = "BookSide" },
      { name = "eventFlags", offset = 41, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "tradeType", offset = 42, bytes = 1, kind = "value", type = "TradeType" },
      { name = "price", offset = 44, bytes = 8, kind = "price" },
    },
  },
  [15] = {
    name = "Trade",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "qty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "tradeId", offset = 20, bytes = 8, kind = "number" },
      { name = "price", offset = 28, bytes = 8, kind = "price" },
      { name = "aggressorSide", offset = 36, bytes = 1, kind = "value", type = "BookSide", may_be_null = true },
      { name = "eventFlags", offset = 37, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "tradeType", offset = 38, bytes = 1, kind = "value", type = "TradeType" },
    },
  },
  [16] = {
    name = "TradeSummary",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "totalQty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "aggressorTime", offset = 20, bytes = 8, kind = "number" },
      { name = "deepestPrice", offset = 28, bytes = 8, kind = "price" },
      { name = "aggressorSide", offset = 36, bytes = 1, kind = "value", type = "BookSide" },
      { name = "eventFlags", offset = 37, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "orderCount", offset = 38, bytes = 2, kind = "number" },
    },
  },
  [20] = {
    name = "BookUpdate",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "tradeQty", offset = 8, bytes = 4, kind = "number", may_be_null = true },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "eventFlags", offset = 20, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "aggressorSide", offset = 21, bytes = 1, kind = "value", type = "BookSide", may_be_null = true },
      { name = "tradeType", offset = 22, bytes = 1, kind = "value", type = "TradeType" },
    },
    group = "levels",
    entry_fields = {
      { name = "price", offset = 0, bytes = 8, kind = "price" },
      { name = "qty", offset = 8, bytes = 8, kind = "number" },
      { name = "orderCount", offset = 16, bytes = 4, kind = "number" },
      { name = "level", offset = 20, bytes = 1, kind = "number" },
      { name = "side", offset = 21, bytes = 1, kind = "value", type = "BookSide" },
    },
  },
  [21] = {
    name = "TopOfBook",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "bidOrderCount", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "bidPrice", offset = 20, bytes = 8, kind = "price", may_be_null = true },
      { name = "offerPrice", offset = 28, bytes = 8, kind = "price", may_be_null = true },
      { name = "bidQty", offset = 36, bytes = 8, kind = "number" },
      { name = "offerQty", offset = 44, bytes = 8, kind = "number" },
      { name = "offerOrderCount", offset = 52, bytes = 4, kind = "number" },
      { name = "eventFlags", offset = 56, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "status", offset = 57, bytes = 1, kind = "value", type = "TradingStatusCode" },
    },
  },
  [30] = {
    name = "InstrumentDefinition",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "productGroup", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "symbol", offset = 20, bytes = 24, kind = "text" },
      { name = "tickSize", offset = 44, bytes = 8, kind = "price" },
      { name = "contractSizeGpuHours", offset = 52, bytes = 8, kind = "number" },
      { name = "minPrice", offset = 60, bytes = 8, kind = "price", may_be_null = true },
      { name = "maxPrice", offset = 68, bytes = 8, kind = "price", may_be_null = true },
      { name = "priceIncrement", offset = 76, bytes = 8, kind = "price" },
      { name = "protectionTicks", offset = 84, bytes = 4, kind = "number" },
      { name = "maxOrderQty", offset = 88, bytes = 4, kind = "number" },
      { name = "matchAlgorithm", offset = 92, bytes = 1, kind = "letter" },
      { name = "status", offset = 93, bytes = 1, kind = "value", type = "TradingStatusCode" },
      { name = "eventFlags", offset = 94, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "securityType", offset = 95, bytes = 1, kind = "value", type = "SecurityType" },
    },
  },
  [31] = {
    name = "TradingStatus",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "status", offset = 20, bytes = 1, kind = "value", type = "TradingStatusCode" },
      { name = "eventFlags", offset = 21, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [32] = {
    name = "PriceLimits",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "lowLimit", offset = 20, bytes = 8, kind = "price", may_be_null = true },
      { name = "highLimit", offset = 28, bytes = 8, kind = "price", may_be_null = true },
      { name = "eventFlags", offset = 36, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [33] = {
    name = "AuctionIndicative",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "imbalanceQty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "indicativePrice", offset = 20, bytes = 8, kind = "price", may_be_null = true },
      { name = "indicativeQty", offset = 28, bytes = 8, kind = "number" },
      { name = "imbalanceSide", offset = 36, bytes = 1, kind = "value", type = "BookSide", may_be_null = true },
      { name = "eventFlags", offset = 37, bytes = 1, kind = "flags", type = "EventFlags" },
      { name = "auction", offset = 38, bytes = 1, kind = "value", type = "TradingStatusCode" },
    },
  },
  [34] = {
    name = "Statistics",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "tradeDate", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "openPrice", offset = 20, bytes = 8, kind = "price", may_be_null = true },
      { name = "highPrice", offset = 28, bytes = 8, kind = "price", may_be_null = true },
      { name = "lowPrice", offset = 36, bytes = 8, kind = "price", may_be_null = true },
      { name = "lastPrice", offset = 44, bytes = 8, kind = "price", may_be_null = true },
      { name = "volume", offset = 52, bytes = 8, kind = "number" },
      { name = "tradeCount", offset = 60, bytes = 8, kind = "number" },
      { name = "lastQty", offset = 68, bytes = 4, kind = "number" },
    },
  },
  [35] = {
    name = "SettlementPrice",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "tradeDate", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "price", offset = 20, bytes = 8, kind = "price" },
      { name = "kind", offset = 28, bytes = 1, kind = "value", type = "PriceKind" },
      { name = "eventFlags", offset = 29, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [36] = {
    name = "OpenInterest",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "tradeDate", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "openInterest", offset = 20, bytes = 8, kind = "number" },
      { name = "eventFlags", offset = 28, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [37] = {
    name = "IndexValue",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "tradeDate", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "value", offset = 20, bytes = 8, kind = "price" },
      { name = "methodHash", offset = 28, bytes = 8, kind = "number" },
      { name = "constituentCount", offset = 36, bytes = 2, kind = "number" },
      { name = "kind", offset = 38, bytes = 1, kind = "value", type = "PriceKind" },
      { name = "eventFlags", offset = 39, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [38] = {
    name = "FundValue",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "tradeDate", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "navPerShare", offset = 20, bytes = 8, kind = "price" },
      { name = "sharesOutstanding", offset = 28, bytes = 8, kind = "number" },
      { name = "kind", offset = 36, bytes = 1, kind = "value", type = "PriceKind" },
      { name = "eventFlags", offset = 37, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [39] = {
    name = "TradeBust",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "qty", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "tradeId", offset = 20, bytes = 8, kind = "number" },
      { name = "price", offset = 28, bytes = 8, kind = "price" },
      { name = "eventFlags", offset = 36, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [40] = {
    name = "DayEnd",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "tradeDate", offset = 8, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "expiredCount", offset = 20, bytes = 8, kind = "number" },
      { name = "eventFlags", offset = 28, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [41] = {
    name = "BookClear",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "instrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "transactTime", offset = 12, bytes = 8, kind = "number" },
      { name = "eventFlags", offset = 20, bytes = 1, kind = "flags", type = "EventFlags" },
    },
  },
  [42] = {
    name = "VenueIdentity",
    fields = {
      { name = "instrumentCount", offset = 0, bytes = 4, kind = "number" },
      { name = "firstAvailableSeq", offset = 4, bytes = 8, kind = "number" },
      { name = "journalUuid", offset = 12, bytes = 16, kind = "bytes" },
      { name = "partition", offset = 28, bytes = 2, kind = "number" },
      { name = "epoch", offset = 30, bytes = 2, kind = "number" },
      { name = "tradeDate", offset = 32, bytes = 4, kind = "number" },
    },
  },
  [50] = {
    name = "SnapshotBegin",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "lastInstrSeq", offset = 4, bytes = 4, kind = "number" },
      { name = "bidOrderCount", offset = 8, bytes = 4, kind = "number" },
      { name = "lastSeqNum", offset = 12, bytes = 8, kind = "number" },
      { name = "transactTime", offset = 20, bytes = 8, kind = "number" },
      { name = "offerOrderCount", offset = 28, bytes = 4, kind = "number" },
      { name = "status", offset = 32, bytes = 1, kind = "value", type = "TradingStatusCode" },
    },
  },
  [51] = {
    name = "SnapshotOrders",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "lastInstrSeq", offset = 4, bytes = 4, kind = "number" },
    },
    group = "orders",
    entry_fields = {
      { name = "orderId", offset = 0, bytes = 8, kind = "number" },
      { name = "price", offset = 8, bytes = 8, kind = "price" },
      { name = "displayQty", offset = 16, bytes = 4, kind = "number" },
      { name = "side", offset = 20, bytes = 1, kind = "value", type = "BookSide" },
    },
  },
  [52] = {
    name = "SnapshotLevels",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "lastInstrSeq", offset = 4, bytes = 4, kind = "number" },
    },
    group = "levels",
    entry_fields = {
      { name = "price", offset = 0, bytes = 8, kind = "price" },
      { name = "qty", offset = 8, bytes = 8, kind = "number" },
      { name = "orderCount", offset = 16, bytes = 4, kind = "number" },
      { name = "level", offset = 20, bytes = 1, kind = "number" },
      { name = "side", offset = 21, bytes = 1, kind = "value", type = "BookSide" },
    },
  },
  [54] = {
    name = "SnapshotEnd",
    fields = {
      { name = "instrumentId", offset = 0, bytes = 4, kind = "number" },
      { name = "bookCrc32", offset = 4, bytes = 4, kind = "number" },
      { name = "orderCount", offset = 8, bytes = 4, kind = "number" },
    },
  },
  [55] = {
    name = "CycleEnd",
    fields = {
      { name = "instrumentCount", offset = 0, bytes = 4, kind = "number" },
      { name = "lastSeqNum", offset = 4, bytes = 8, kind = "number" },
    },
  },
  [60] = {
    name = "RetransmitRequest",
    fields = {
      { name = "requestId", offset = 0, bytes = 4, kind = "number" },
      { name = "beginSeq", offset = 4, bytes = 8, kind = "number" },
      { name = "count", offset = 12, bytes = 2, kind = "number" },
      { name = "channelId", offset = 14, bytes = 2, kind = "number" },
    },
  },
  [61] = {
    name = "RetransmitReject",
    fields = {
      { name = "requestId", offset = 0, bytes = 4, kind = "number" },
      { name = "firstAvailableSeq", offset = 4, bytes = 8, kind = "number" },
      { name = "retryDelayNs", offset = 12, bytes = 8, kind = "number" },
      { name = "channelId", offset = 20, bytes = 2, kind = "number" },
      { name = "reason", offset = 22, bytes = 1, kind = "value", type = "RetransmitRefusal" },
    },
  },
  [62] = {
    name = "ReplayRequest",
    fields = {
      { name = "requestId", offset = 0, bytes = 4, kind = "number" },
      { name = "beginSeq", offset = 4, bytes = 8, kind = "number" },
      { name = "endSeq", offset = 12, bytes = 8, kind = "number" },
      { name = "channelId", offset = 20, bytes = 2, kind = "number" },
    },
  },
  [63] = {
    name = "ReplayComplete",
    fields = {
      { name = "requestId", offset = 0, bytes = 4, kind = "number" },
      { name = "lastSeq", offset = 4, bytes = 8, kind = "number" },
      { name = "channelId", offset = 12, bytes = 2, kind = "number" },
      { name = "reason", offset = 14, bytes = 1, kind = "value", type = "RetransmitRefusal", may_be_null = true },
    },
  },
}

-- What follows is tests/feed/dissector.lua. Numbers of 64 bits are Wireshark's objects in it, never
-- Lua's own numbers, which lose digits.

local proto = Proto("hourglass_md", "Hourglass market data")

proto.prefs.udp_ports = Pref.range("UDP ports", "", "Taken for the feed whatever the bytes are", 65535)
proto.prefs.tcp_ports = Pref.range("TCP ports", "", "Taken for the feed whatever the bytes are", 65535)

local PACKET_HEADER_BYTES = 24
local FRAME_HEADER_BYTES = 12
local GROUP_SIZE_BYTES = 4
local HEADER_VERSION = 1
local END_OF_SESSION = 65535
local SBE_LITTLE_ENDIAN = 0xEB50
local TCP = 2 -- pinfo.port_type

-- Wireshark's fields by our paths: the filter hourglass_md.OrderAdd.price is the whole number,
-- hourglass_md.OrderAdd.price.usd its text, hourglass_md.OrderAdd.eventFlags.endOfEvent a flag.
local known = {}
do
  local all = {}
  local function declare(path, kind, name, names)
    local field = ProtoField.new(name, "hourglass_md." .. path, kind, names)
    known[path] = field
    table.insert(all, field)
  end
  local numbers =
    { [1] = ftypes.UINT8, [2] = ftypes.UINT16, [4] = ftypes.UINT32, [8] = ftypes.UINT64 }
  local function declare_fields(owner, fields)
    for _, field in ipairs(fields) do
      local path = owner .. "." .. field.name
      if field.kind == "price" then
        declare(path, ftypes.INT64, field.name)
        declare(path .. ".usd", ftypes.STRING, field.name .. ", USD")
      elseif field.kind == "text" or field.kind == "letter" then
        declare(path, ftypes.STRING, field.name)
      elseif field.kind == "bytes" then
        declare(path, ftypes.BYTES, field.name)
      elseif field.kind == "value" then
        declare(path, ftypes.UINT8, field.name, values[field.type])
      elseif field.kind == "flags" then
        declare(path, ftypes.UINT8, field.name)
        for _, name in pairs(flags[field.type]) do
          declare(path .. "." .. name, ftypes.BOOLEAN, name)
        end
      else
        declare(path, numbers[field.bytes], field.name)
      end
    end
  end
  declare_fields("packet", packet_header)
  declare_fields("frame", frame_header)
  for _, message in pairs(messages) do
    declare_fields(message.name, message.fields)
    if message.group then
      declare(message.name .. "." .. message.group, ftypes.UINT16, message.group)
      declare_fields(message.name .. "." .. message.group, message.entry_fields)
    end
  end
  proto.fields = all
end

local malformed = ProtoExpert.new(
  "hourglass_md.malformed", "Not as the feed's rules say", expert.group.MALFORMED,
  expert.severity.ERROR)
proto.experts = { malformed }

-- USD with nine places, of a whole number of 1e-9 USD.
local function price_text(number)
  local sign, digits = tostring(number):match("^(-?)(%d+)$")
  digits = string.rep("0", 10 - #digits) .. digits
  return sign .. digits:sub(1, -10) .. "." .. digits:sub(-9)
end

local function flags_text(names, number, tree, range, path)
  local text = {}
  for bit_number = 0, 7 do
    local mask = 2 ^ bit_number
    local is_set = math.floor(number / mask) % 2 == 1
    local name = names[bit_number]
    if name then tree:add(known[path .. "." .. name], range, is_set) end
    if is_set then table.insert(text, name or string.format("%d", mask)) end
  end
  return string.format("%s (0x%02x)", #text == 0 and "-" or table.concat(text, ", "), number)
end

local NULLS = {
  [1] = "255", [2] = "65535", [4] = "4294967295", [8] = "18446744073709551615",
  price = "-9223372036854775808",
}

local function dissect_field(tree, owner, field, range)
  local path = owner .. "." .. field.name
  local text
  local item
  if field.kind == "price" then
    local number = range:le_int64()
    item = tree:add_le(known[path], range)
    if field.may_be_null and tostring(number) == NULLS.price then
      text = "null"
    else
      local usd = price_text(number)
      item:add(known[path .. ".usd"], range, usd)
      text = string.format("%s (%s)", usd, tostring(number))
    end
  elseif field.kind == "text" or field.kind == "letter" then
    text = range:string():match("^[^\0]*")
    item = tree:add(known[path], range, text)
  elseif field.kind == "bytes" then
    text = range:bytes():tohex(true)
    item = tree:add(known[path], range)
  elseif field.kind == "flags" then
    item = tree:add_le(known[path], range)
    text = flags_text(flags[field.type], range:uint(), item, range, path)
  else
    item = tree:add_le(known[path], range)
    text = field.bytes == 8 and tostring(range:le_uint64()) or
      string.format("%d", range:le_uint())
    if field.may_be_null and text == NULLS[field.bytes] then
      text = "null"
    elseif field.kind == "value" and values[field.type][range:uint()] then
      text = string.format("%s (%s)", values[field.type][range:uint()], text)
    end
  end
  item:set_text(field.name .. ": " .. text)
end

-- The fields of a block that has `bytes`: of an older sender's, those it has.
local function dissect_block(tree, owner, fields, buffer, at, bytes)
  for _, field in ipairs(fields) do
    if field.offset + field.bytes <= bytes then
      dissect_field(tree, owner, field, buffer(at + field.offset, field.bytes))
    end
  end
end

local function dissect_group(tree, message, buffer, at, frame_end)
  local path = message.name .. "." .. message.group
  if at + GROUP_SIZE_BYTES > frame_end then
    tree:add_proto_expert_info(malformed, "the group is not there")
    return
  end
  local entry_bytes = buffer(at, 2):le_uint()
  local count = buffer(at + 2, 2):le_uint()
  local group = tree:add_le(known[path], buffer(at + 2, 2))
  group:set_text(string.format("%s: %d", message.group, count))
  at = at + GROUP_SIZE_BYTES
  if at + entry_bytes * count > frame_end then
    tree:add_proto_expert_info(malformed, "the group ends behind its frame")
    return
  end
  for index = 0, count - 1 do
    if entry_bytes == 0 then break end
    local entry =
      group:add(buffer(at, entry_bytes), string.format("%s[%d]", message.group, index))
    dissect_block(entry, path, message.entry_fields, buffer, at, entry_bytes)
    at = at + entry_bytes
  end
end

-- What is wrong with the frame that begins here and should end within `bytes`; nil: nothing.
local function frame_fault(buffer, at, bytes)
  if bytes < FRAME_HEADER_BYTES then return "the packet ends within a frame's header" end
  local length = buffer(at, 2):le_uint()
  if buffer(at + 2, 2):le_uint() ~= SBE_LITTLE_ENDIAN then return "a frame is not SBE 1.0" end
  if buffer(at + 8, 2):le_uint() ~= SCHEMA_ID then return "a frame is of another schema" end
  if length % 8 ~= 0 then return "a frame's length is no multiple of 8" end
  if length > bytes then return "the packet ends within a frame" end
  if buffer(at + 4, 2):le_uint() + FRAME_HEADER_BYTES > length then
    return "a frame is shorter than its block"
  end
end

local function dissect_frame(tree, buffer, at)
  local length = buffer(at, 2):le_uint()
  local block_bytes = buffer(at + 4, 2):le_uint()
  local template = buffer(at + 6, 2):le_uint()
  local message = messages[template]
  local name = message and message.name or string.format("template %d", template)
  local frame = tree:add(buffer(at, length), name)
  dissect_block(frame, "frame", frame_header, buffer, at, FRAME_HEADER_BYTES)
  if message then
    local block = at + FRAME_HEADER_BYTES
    dissect_block(frame, name, message.fields, buffer, block, block_bytes)
    if message.group then
      dissect_group(frame, message, buffer, block + block_bytes, at + length)
    end
  end
  return name, length
end

-- The packet from `at` up to `packet_end`.
local function dissect_packet(root, pinfo, buffer, at, packet_end)
  local tree = root:add(proto, buffer(at, packet_end - at))
  dissect_block(tree, "packet", packet_header, buffer, at, PACKET_HEADER_BYTES)
  local count = buffer(at + 20, 2):le_uint()
  local info = {}
  if count == 0 then info = { "heartbeat" } end
  if count == END_OF_SESSION then info = { "end of session" } end
  local rest = at + PACKET_HEADER_BYTES
  for _ = 1, count == END_OF_SESSION and 0 or count do
    local fault = frame_fault(buffer, rest, packet_end - rest)
    if fault then
      tree:add_proto_expert_info(malformed, fault)
      rest = packet_end
      break
    end
    local name, length = dissect_frame(tree, buffer, rest)
    table.insert(info, name)
    rest = rest + length
  end
  if rest ~= packet_end then
    tree:add_proto_expert_info(malformed, "bytes behind the last message")
  end
  pinfo.cols.protocol = "HG-MD"
  pinfo.cols.info:append(string.format("[%d %s] %s ", buffer(at + 8 + 8, 2):le_uint(),
    tostring(buffer(at, 8):le_uint64()), table.concat(info, " ")))
end

-- Where the packet that begins at `at` of a stream ends; nil: not known yet.
local function end_in_stream(buffer, at)
  local left = buffer:len() - at
  if left < PACKET_HEADER_BYTES then return nil end
  local count = buffer(at + 20, 2):le_uint()
  local rest = at + PACKET_HEADER_BYTES
  for _ = 1, count == END_OF_SESSION and 0 or count do
    left = buffer:len() - rest
    if left < FRAME_HEADER_BYTES then return nil end
    local length = buffer(rest, 2):le_uint()
    if length > left then return nil end
    if frame_fault(buffer, rest, left) then return buffer:len() end
    rest = rest + length
  end
  return rest
end

function proto.dissector(buffer, pinfo, root)
  pinfo.cols.info:clear()
  if pinfo.port_type ~= TCP then
    if buffer:len() < PACKET_HEADER_BYTES then return 0 end
    dissect_packet(root, pinfo, buffer, 0, buffer:len())
    return buffer:len()
  end
  local at = 0
  while at < buffer:len() do
    local packet_end = end_in_stream(buffer, at)
    if not packet_end then
      pinfo.desegment_offset = at
      pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
      return buffer:len()
    end
    dissect_packet(root, pinfo, buffer, at, packet_end)
    at = packet_end
  end
  return buffer:len()
end

-- Whether these bytes begin a packet: the header's version and a channel there can be, and behind it
-- a frame of our schema, or nothing.
local function is_ours(buffer)
  if buffer:len() < PACKET_HEADER_BYTES then return false end
  if buffer(23, 1):uint() ~= HEADER_VERSION or buffer(22, 1):uint() > 31 then return false end
  local count = buffer(20, 2):le_uint()
  if count == 0 or count == END_OF_SESSION then return buffer:len() == PACKET_HEADER_BYTES end
  if buffer:len() < PACKET_HEADER_BYTES + FRAME_HEADER_BYTES then return false end
  return buffer(26, 2):le_uint() == SBE_LITTLE_ENDIAN and buffer(32, 2):le_uint() == SCHEMA_ID
end

local function heuristic(buffer, pinfo, root)
  if not is_ours(buffer) then return false end
  pinfo.conversation = proto
  proto.dissector(buffer, pinfo, root)
  return true
end
proto:register_heuristic("udp", heuristic)
proto:register_heuristic("tcp", heuristic)

local chosen = {}
function proto.prefs_changed()
  for _, transport in ipairs({ "udp", "tcp" }) do
    local ports = DissectorTable.get(transport .. ".port")
    if chosen[transport] then ports:remove(chosen[transport], proto) end
    chosen[transport] = proto.prefs[transport .. "_ports"]
    ports:add(chosen[transport], proto)
  end
end
