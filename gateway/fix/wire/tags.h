// FIX tag numbers by the names of their fields, for all of gateway/fix. C++14, as quickfix/ is.
#pragma once

#include <cstdint>

namespace hourglass {
namespace gateway {
namespace fix {

constexpr std::uint32_t kAccount = 1;
constexpr std::uint32_t kClOrdId = 11;
constexpr std::uint32_t kExecInst = 18;
constexpr std::uint32_t kNoLinesOfText = 33;
constexpr std::uint32_t kMsgSeqNum = 34;
constexpr std::uint32_t kMsgType = 35;
constexpr std::uint32_t kOrderId = 37;
constexpr std::uint32_t kOrderQty = 38;
constexpr std::uint32_t kOrdType = 40;
constexpr std::uint32_t kOrigClOrdId = 41;
constexpr std::uint32_t kPossDupFlag = 43;
constexpr std::uint32_t kPrice = 44;
constexpr std::uint32_t kRefSeqNum = 45;
constexpr std::uint32_t kSenderSubId = 50;
constexpr std::uint32_t kSide = 54;
constexpr std::uint32_t kSymbol = 55;
constexpr std::uint32_t kText = 58;
constexpr std::uint32_t kTimeInForce = 59;
constexpr std::uint32_t kTransactTime = 60;
constexpr std::uint32_t kUrgency = 61;
constexpr std::uint32_t kTradeDate = 75;
constexpr std::uint32_t kRptSeq = 83;
constexpr std::uint32_t kPossResend = 97;
constexpr std::uint32_t kMinQty = 110;
constexpr std::uint32_t kMaxFloor = 111;
constexpr std::uint32_t kOrigSendingTime = 122;
constexpr std::uint32_t kGapFillFlag = 123;
constexpr std::uint32_t kExpireTime = 126;
constexpr std::uint32_t kResetSeqNumFlag = 141;
constexpr std::uint32_t kHeadline = 148;
constexpr std::uint32_t kMdReqId = 262;
constexpr std::uint32_t kSubscriptionRequestType = 263;
constexpr std::uint32_t kMarketDepth = 264;
constexpr std::uint32_t kMdUpdateType = 265;
constexpr std::uint32_t kAggregatedBook = 266;
constexpr std::uint32_t kNoMdEntries = 268;
constexpr std::uint32_t kMdEntryType = 269;
constexpr std::uint32_t kMdEntryPx = 270;
constexpr std::uint32_t kMdEntrySize = 271;
constexpr std::uint32_t kMdEntryDate = 272;
constexpr std::uint32_t kMdEntryTime = 273;
constexpr std::uint32_t kMdUpdateAction = 279;
constexpr std::uint32_t kMdReqRejReason = 281;
constexpr std::uint32_t kSecurityReqId = 320;
constexpr std::uint32_t kSecurityRequestType = 321;
constexpr std::uint32_t kSecurityResponseType = 323;
constexpr std::uint32_t kSecurityStatusReqId = 324;
constexpr std::uint32_t kUnsolicitedIndicator = 325;
constexpr std::uint32_t kSecurityTradingStatus = 326;
constexpr std::uint32_t kTradSesReqId = 335;
constexpr std::uint32_t kTradSesStatus = 340;
constexpr std::uint32_t kNumberOfOrders = 346;
constexpr std::uint32_t kExpireDate = 432;
constexpr std::uint32_t kMassCancelRequestType = 530;
constexpr std::uint32_t kUsername = 553;
constexpr std::uint32_t kPassword = 554;
constexpr std::uint32_t kSecurityListRequestType = 559;
constexpr std::uint32_t kTradSesStatusRejReason = 567;
constexpr std::uint32_t kTradeRequestId = 568;
constexpr std::uint32_t kTradeRequestType = 569;
constexpr std::uint32_t kTradeReportId = 571;
constexpr std::uint32_t kAccountType = 581;
constexpr std::uint32_t kMassStatusReqId = 584;
constexpr std::uint32_t kMassStatusReqType = 585;
constexpr std::uint32_t kPosReqId = 710;
constexpr std::uint32_t kClearingBusinessDate = 715;
constexpr std::uint32_t kPosMaintRptId = 721;
constexpr std::uint32_t kNextExpectedMsgSeqNum = 789;
constexpr std::uint32_t kOrdStatusReqId = 790;
constexpr std::uint32_t kCollInquiryId = 909;
constexpr std::uint32_t kUserRequestId = 923;
constexpr std::uint32_t kUserRequestType = 924;
constexpr std::uint32_t kNewPassword = 925;
constexpr std::uint32_t kUserStatus = 926;
constexpr std::uint32_t kUserStatusText = 927;
constexpr std::uint32_t kTradeId = 1003;
constexpr std::uint32_t kDisplayQty = 1138;
constexpr std::uint32_t kMassActionReportId = 1369;
constexpr std::uint32_t kAggressorSide = 2446;
constexpr std::uint32_t kFeedSequence = 25000;
constexpr std::uint32_t kRejectCode = 25001;
constexpr std::uint32_t kMatchId = 25002;
constexpr std::uint32_t kAfterTradeReportId = 25030;
constexpr std::uint32_t kMoreTrades = 25031;

}  // namespace fix
}  // namespace gateway
}  // namespace hourglass
