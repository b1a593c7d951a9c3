// SPDX-License-Identifier: Apache-2.0
// Resolved parameters of the link between two sockets.
#ifndef SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CONFIG_H_
#define SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CONFIG_H_

#include "models/fabric/socket_link/socket_link_parameters.h"

namespace siov {

using SocketLinkConfig = SocketLinkParameters;

}  // namespace siov

#endif  // SIOV_MODELS_FABRIC_SOCKET_LINK_SOCKET_LINK_CONFIG_H_
