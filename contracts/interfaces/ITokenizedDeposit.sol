// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A bank's deposits as an ERC-20 with permit (ERC-2612), in minor units: the sample cash leg
/// @notice The bank alone mints (deposit received) and burns (deposit paid out, from the bank's own balance).
interface ITokenizedDeposit {
    /// The caller is not the bank; at birth: there is no bank.
    error OnlyBank(address caller);
    error ZeroDeposit();

    /// @notice The bank's address.
    function bank() external view returns (address);

    /// @notice `OnlyBank`; `ZeroDeposit`.
    function mint(address to, uint256 amount) external;

    /// @notice `OnlyBank`; `ZeroDeposit`. Burns from the bank's own balance: nobody else's money can be destroyed.
    function burn(uint256 amount) external;
}
