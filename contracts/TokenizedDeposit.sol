// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

import {ITokenizedDeposit} from "./interfaces/ITokenizedDeposit.sol";

/// @title A bank's deposits as tokens: the sample cash leg
contract TokenizedDeposit is ERC20Permit, ITokenizedDeposit {
    /// @inheritdoc ITokenizedDeposit
    address public immutable bank;
    uint8 private immutable EXPONENT;

    constructor(string memory name_, string memory symbol_, uint8 exponent, address bank_)
        ERC20(name_, symbol_)
        ERC20Permit(name_)
    {
        if (bank_ == address(0)) revert OnlyBank(bank_);
        bank = bank_;
        EXPONENT = exponent;
    }

    modifier onlyBank() {
        if (msg.sender != bank) revert OnlyBank(msg.sender);
        _;
    }

    /// @inheritdoc ITokenizedDeposit
    function mint(address to, uint256 amount) external onlyBank {
        if (amount == 0) revert ZeroDeposit();
        _mint(to, amount);
    }

    /// @inheritdoc ITokenizedDeposit
    function burn(uint256 amount) external onlyBank {
        if (amount == 0) revert ZeroDeposit();
        _burn(msg.sender, amount);
    }

    /// @notice The currency's exponent: one token unit is one minor unit.
    function decimals() public view override returns (uint8) {
        return EXPONENT;
    }
}
